"""Checks a JSON document on standard input against a schema: `schema.py SCHEMA`. Ends with 3 if jsonschema is missing."""

import json
import sys

try:
    import jsonschema
except ImportError:
    print(f"{sys.executable} cannot import jsonschema", file=sys.stderr)
    sys.exit(3)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
faults = sorted(jsonschema.Draft7Validator(schema).iter_errors(json.load(sys.stdin)), key=lambda fault: list(fault.path))
for fault in faults:
    print(f"{'/'.join(map(str, fault.path))}: {fault.message[:300]}")
sys.exit(1 if faults else 0)
