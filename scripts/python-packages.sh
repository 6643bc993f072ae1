#!/bin/sh
# Makes a Python with the packages of a file. Usage: scripts/python-packages.sh FOLDER REQUIREMENTS
set -eu
"${PYTHON:-python3}" -m venv "$1"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir -r "$2" >&2
