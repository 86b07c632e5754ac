# Sourced by script/test and script/lib/test-with-servers: runs a check and remembers failures.

FAILED_CHECKS=${FAILED_CHECKS:-}

heading() {
    printf '\n== %s\n' "$1"
}

# check NAME COMMAND...: run COMMAND under a heading; NAME joins FAILED_CHECKS when it fails.
check() {
    local name=$1
    shift
    heading "$name"
    if ! "$@"; then
        FAILED_CHECKS=${FAILED_CHECKS:+$FAILED_CHECKS, }$name
    fi
}
