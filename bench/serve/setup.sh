#!/bin/sh
# Makes bench/serve/.venv with FastAPI and onnxruntime. Needs python3 3.11 or newer.
set -eu
cd "$(dirname "$0")"
"${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
