#!/bin/sh
# A Singer tap in nothing but sh: one stream, a greeting in four languages. Its config may hold a "name".
#
#     tap-hello.sh --config config.json --discover
#     tap-hello.sh --config config.json --catalog catalog.json
set -eu

schema='{"type": "object", "properties": {"id": {"type": "integer"}, "greeting": {"type": "string"}}}'
config='' mode=sync

while [ $# -gt 0 ]; do
    case $1 in
    --config) config=${2?--config needs a file} && shift ;;
    --catalog) : "${2?--catalog needs a file}" && shift ;; # there is only one stream to select
    --discover) mode=discover ;;
    --help)
        echo 'usage: tap-hello.sh --config FILE [--discover | --catalog FILE]'
        exit ;;
    *)
        echo "CRITICAL unknown option: $1" >&2
        exit 2 ;;
    esac
    shift
done
if [ ! -r "$config" ]; then
    echo 'CRITICAL --config has to name a file' >&2
    exit 1
fi

if [ $mode = discover ]; then
    echo '{"streams": [{"tap_stream_id": "hello", "stream": "hello", "key_properties": ["id"], "schema": '"$schema"',
        "metadata": [{"breadcrumb": [], "metadata": {"inclusion": "available"}}]}]}'
    exit
fi

# A text in JSON may go into other JSON as it stands, escapes included; one with \" in it is not understood here.
name=$(sed -n 's/.*"name" *: *"\([^"]*[^"\\]\)".*/\1/p' "$config")
echo '{"type": "SCHEMA", "stream": "hello", "schema": '"$schema"', "key_properties": ["id"]}'
id=0
for word in Hello Bonjour Hej Привет; do
    id=$((id + 1))
    printf '{"type": "RECORD", "stream": "hello", "record": {"id": %d, "greeting": "%s, %s!"}}\n' \
        "$id" "$word" "${name:-world}"
done
echo "INFO greeted $id times" >&2
