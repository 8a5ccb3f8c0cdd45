# shellcheck shell=bash
# What examples/run and tests/run share: steps that are silent when quick, Debian packages, Python environments.
# To be sourced by bash, with $root set to the project's folder.

logs=${root:?}/build/logs
mkdir -p "$logs"

# Who ran this through sudo wants to own what it made.
trap '[ -z "${SUDO_UID:-}" ] || chown -Rh "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$root/build" "$root/.venv" 2>/dev/null' EXIT

say() { printf '%s\n' "$@"; }

# fail WHAT LOG REMEDY
fail() {
    {
        say "" "FAILED: $1"
        [ ! -s "$2" ] || { say "The last lines of $2:"; tail -n 20 "$2" | sed 's/^/    /'; }
        say "What to do: $3"
    } >&2
    exit 1
}

# step WHAT REMEDY COMMAND...: its output goes to a log file; what it does is told only when it takes more than two seconds.
step() {
    local what=$1 remedy=$2 log
    shift 2
    log=$logs/$(printf %s "${what%% (*}" | tr -c 'A-Za-z0-9' -).log
    set -m # a process group of its own, which an interrupted script can end as a whole
    "$@" >"$log" 2>&1 </dev/null &
    local child=$!
    set +m
    trap 'kill -- -'$child' 2>/dev/null; exit 130' INT TERM
    for _ in {1..20}; do
        kill -0 $child 2>/dev/null || break
        sleep 0.1
    done
    ! kill -0 $child 2>/dev/null || say "$what ..."
    wait $child || fail "$what" "$log" "$remedy"
    trap - INT TERM
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
    as_root "${apt[@]}" update
    as_root "${apt[@]}" install --no-install-recommends "$@"
}

# need_packages NAME...: installs those that are missing.
need_packages() {
    command -v apt-get >/dev/null || fail "Looking for apt-get" "" "on a system that is not Debian, install these by hand, then see CONTRIBUTING.md: $*"
    local present missing=()
    present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null)
    for name; do
        grep -qx "installed $name" <<<"$present" || missing+=("$name")
    done
    [ ${#missing[@]} != 0 ] || return 0
    if [ "$(id -u)" != 0 ] && ! sudo -v; then
        fail "Installing ${#missing[@]} Debian packages" "" "as root: apt-get install --no-install-recommends ${missing[*]}"
    fi
    step "Installing ${#missing[@]} Debian packages (up to two minutes)" \
        "see that this machine reaches a Debian 12 mirror, or install them by hand: apt-get install --no-install-recommends ${missing[*]}" \
        install_packages "${missing[@]}"
}

install_venv() {
    local folder=$1 requirements=$2 tools=$root/.venv/tools
    rm -rf "$folder"
    if [ "$folder" = "$tools" ]; then
        /usr/bin/python3 -m venv "$folder" && "$folder/bin/pip" install -q -r "$requirements"
    else
        # uv is several times faster; pip knows this machine's own settings for it.
        "$tools/bin/uv" venv -q --seed --no-python-downloads --python /usr/bin/python3 "$folder" &&
            { "$tools/bin/uv" pip install -q --python "$folder/bin/python" -r "$requirements" ||
                "$folder/bin/python" -m pip install -q -r "$requirements"; }
    fi && cp "$requirements" "$folder/installed.txt"
}

# The SSH server is not installed, since its package starts one for the whole machine: .venv/openssh holds its files.
need_sshd() {
    [ ! -x /usr/sbin/sshd ] && [ ! -x "$root/.venv/openssh/usr/sbin/sshd" ] || return 0
    need_packages openssh-client libaudit1 libcom-err2 libgssapi-krb5-2 libkrb5-3 libpam0g libselinux1 libsystemd0 libwrap0
    step "Unpacking Debian's SSH server into .venv/openssh" \
        "see that this machine reaches a Debian 12 mirror; or install openssh-server by hand" unpack openssh openssh-server
}

# unpack NAME PACKAGE: its files below .venv/NAME, and nothing of it is run.
unpack() {
    local folder=$root/.venv/$1 package
    rm -rf "$folder" && mkdir -p "$folder" && cd "$folder" || return
    as_root apt-get -q update
    apt-get -q download "$2" && for package in *.deb; do dpkg-deb -x "$package" . && rm "$package"; done
}

# A Docker engine is a matter of the machine: only CI, where no test may be skipped, is given one.
need_docker() {
    [ "${CI:-}" = true ] && ! docker info >/dev/null 2>&1 || return 0
    need_packages docker.io
    step "Starting the Docker engine" "start it by hand (dockerd), and see that 'docker info' works" start_docker
}

start_docker() {
    as_root service docker start
    for _ in {1..60}; do
        ! docker info || return 0
        sleep 1
    done
    return 1
}

# need_venv NAME: .venv/NAME holds what tests/setup/requirements-NAME.txt says.
need_venv() {
    local folder=$root/.venv/$1 requirements=$root/tests/setup/requirements-$1.txt
    [ ! -x "$folder/bin/python" ] || ! cmp -s "$requirements" "$folder/installed.txt" || return 0
    step "Installing $1 from PyPI into .venv/$1" \
        "see that pip reaches PyPI from here (a proxy or an index of your own: set it as for pip and uv), then run this again" \
        install_venv "$folder" "$requirements"
}

# build PRESET TIME [OPTION...]: configures and builds; ninja does only what changed.
build() {
    local preset=$1 time=$2 launcher=()
    shift 2
    ! command -v ccache >/dev/null || launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    # Each run of CI has a fresh clone in a place of its own: what another clone compiled is as good.
    [ "${CI:-}" != true ] || export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
    step "Configuring the $preset build" "read the log; when build/$preset came from another compiler or place, delete it" \
        cmake -S "$root" --preset "$preset" "${launcher[@]}" "$@"
    step "Building $preset ($time when nothing is built yet)" "read the log; after an interrupted build, delete build/$preset" \
        env -C "$root" cmake --build --preset "$preset"
}
