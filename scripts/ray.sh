#!/bin/sh
# Installs Ray, for the test of sweeps whose trials are its jobs. Changes nothing in the system.
# Needs Python 3.10 or newer with venv and pip, and 400 MB of disk. Installs in FOLDER, by default a temporary one.
# Usage: scripts/ray.sh [FOLDER]. Prints a variable to set: eval "$(scripts/ray.sh)"
set -eu
folder=${1:-$(mktemp -d)}
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir 'ray[default]==2.60.0' >&2
echo "export RAY_ROOT='$folder'"
