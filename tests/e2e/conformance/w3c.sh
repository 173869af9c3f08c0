#!/bin/sh
# Runs a local copy of the W3C's feed validator over addresses: w3c.sh VALIDATOR ADDRESS...
# VALIDATOR (or OFFPRINT_FEEDVALIDATOR) is a checkout of https://github.com/w3c/feedvalidator; it is not part of this
# repository. Its Python packages are looked for by OFFPRINT_FEEDVALIDATOR_PYTHON, or by python3:
#   python3 -m venv target/validator && target/validator/bin/pip install html5lib lxml rdflib
#   export OFFPRINT_FEEDVALIDATOR_PYTHON="$PWD/target/validator/bin/python"
set -eu
if [ "$#" -eq 0 ]; then
  echo "usage: w3c.sh VALIDATOR ADDRESS..." >&2
  exit 64
fi
exec "${OFFPRINT_FEEDVALIDATOR_PYTHON:-python3}" -B "$(dirname "$0")/w3c.py" "$@"
