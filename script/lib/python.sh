# Sourced by script/server and script/test: sets $python to a Python that will do.

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3.14 python3 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            python=$candidate
            return
        fi
    done
    cat >&2 <<'MESSAGE'
AriaForge needs Python 3.11 or newer, and none was found.
Install it (Debian and Ubuntu: apt-get install python3 python3-venv; Fedora: dnf install python3;
macOS: brew install python) or set PYTHON to the program, then run this again.
MESSAGE
    exit 1
}

find_python
