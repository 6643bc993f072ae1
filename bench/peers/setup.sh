#!/bin/sh
# Makes bench/peers/.venv with the Python peers of the benchmark. Needs python3 3.11 or newer.
# Arguments go to pip; on Linux this installs the small torch, without CUDA libraries:
#   bench/peers/setup.sh --extra-index-url https://download.pytorch.org/whl/cpu
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "setup.sh: $python is missing or older than 3.11; name another one: PYTHON=python3.12 bench/peers/setup.sh" >&2
  exit 1
}
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt "$@"
.venv/bin/python versions.py
