#!/bin/sh
# Makes bench/peers/.venv-gpu with an environment for each of tensorflow, jax and torch. They cannot share one: TensorFlow
# and JAX bring libraries of CUDA 12, PyTorch those of CUDA 13, and both are installed in nvidia/cudnn.
# Needs python3 3.11 or newer. Downloads 10 GB and takes about 20 GB on disk. Arguments name environments; default: all.
# pip's settings apply: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cu126 also finds a torch for CUDA 12.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "setup-gpu.sh: $python is missing or older than 3.11; name another one: PYTHON=python3.12 $0" >&2
  exit 1
}
[ $# -gt 0 ] || set -- tensorflow jax torch
for name in "$@"; do
  [ -f "requirements-gpu-$name.txt" ] || {
    echo "setup-gpu.sh: $name is none of tensorflow, jax, torch" >&2
    exit 1
  }
done
for name in "$@"; do
  "$python" -m venv ".venv-gpu/$name"
  ".venv-gpu/$name/bin/python" -m pip install --quiet --disable-pip-version-check -r "requirements-gpu-$name.txt"
  ".venv-gpu/$name/bin/python" versions.py
done
