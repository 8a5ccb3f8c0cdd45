# What Airbyte's launcher does around a read: sh launcher.sh ARGUMENTS, in a folder with FIFOs stdout and stderr.
# The connector's end goes to exitCode.txt, and a file TERMINATED asks for the end; POLL is 10 seconds there.
if [ -z "$AIRBYTE_ENTRYPOINT" ]; then
    echo "AIRBYTE_ENTRYPOINT is not set"
    exit 127
fi
(
    eval "$AIRBYTE_ENTRYPOINT $*" 2>stderr >stdout
    exit $?
) &
child=$!
(
    while [ ! -f TERMINATED ]; do sleep "$POLL"; done
    kill "$child"
) &
wait "$child"
status=$?
echo "$status" >TEMP_EXIT_CODE.txt
mv TEMP_EXIT_CODE.txt exitCode.txt
exit "$status"
