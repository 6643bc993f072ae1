#!/bin/sh
# Installs real Keras on JAX, for the tests that compare files of ours with it. Changes nothing in the system.
# Needs Python 3.11 or newer with venv and pip, and 600 MB of disk. Installs in FOLDER, by default a temporary one.
# Usage: scripts/keras-python.sh [FOLDER]. Prints variables to set: eval "$(scripts/keras-python.sh)"
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
"$root/scripts/python-packages.sh" "$folder" "$root/test/fixtures/keras/requirements.txt"
echo "export PEERS_PYTHON='$folder/bin/python'"
