#!/bin/sh
# Installs programs that read what `train check` writes: lxml with the schema of JUnit XML that pytest uses, junitparser,
# and Prometheus' client. Changes nothing in the system.
# Needs Python 3.9 or newer with venv and pip, and 60 MB of disk. Installs in FOLDER, by default a temporary one.
# Usage: scripts/check-readers.sh [FOLDER]. Prints variables to set: eval "$(scripts/check-readers.sh)"
set -eu
folder=${1:-$(mktemp -d)}
python=${PYTHON:-python3}
"$python" -m venv "$folder"
pip() { "$folder/bin/python" -m pip --quiet --disable-pip-version-check --no-cache-dir "$@" >&2; }
pip install lxml==6.1.3 junitparser==5.0.3 prometheus_client==0.26.0
pip download --no-deps --no-binary pytest --dest "$folder" pytest==8.4.2
tar -xzf "$folder/pytest-8.4.2.tar.gz" -C "$folder" pytest-8.4.2/testing/example_scripts/junit-10.xsd
echo "export CHECK_PYTHON='$folder/bin/python'"
echo "export JUNIT_XSD='$folder/pytest-8.4.2/testing/example_scripts/junit-10.xsd'"
