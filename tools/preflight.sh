#!/bin/sh
# Say what this machine lacks to build Amparo, each with its Debian package, before anything is installed.
# --print-python: print the Python to use and nothing else.
set -u

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
        if command -v "$name" >/dev/null 2>&1 && usable "$name"; then
            command -v "$name"
            return
        fi
    done
}

missing=""
lack() { missing="$missing
  $1: apt-get install $2"; }

python=$(find_python)
if [ "${1:-}" = "--print-python" ]; then
    printf '%s\n' "$python"
    exit 0
fi
# A finished environment was checked when it was made; only its compiler may have gone since.
if [ -z "$python" ]; then
    lack "Python 3.11 or newer" "python3 python3-venv python3-dev"
else
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 || lack "Python's venv module" "python3-venv"
    "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' >/dev/null 2>&1 \
        || lack "Python's C headers (Python.h)" "python3-dev"
fi
command -v "${CXX:-c++}" >/dev/null 2>&1 || command -v g++ >/dev/null 2>&1 || lack "a C++ compiler" "g++"
if [ -n "$missing" ]; then
    printf 'Amparo cannot be built here yet. Nothing was installed. Missing:%s\n' "$missing" >&2
    exit 3
fi
