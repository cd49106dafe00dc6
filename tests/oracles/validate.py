"""Says which texts are valid under a JSON schema (draft 2020-12, formats included).

Standard input: an array of {schema, texts}. Standard output: an array, in the same order, of arrays of "valid", "invalid" or
"malformed" (no JSON).
"""

import json
import sys

import jsonschema
from jsonschema import Draft202012Validator


# Only the draft's own formats; later releases of jsonschema keep the checker in the validator.
FORMATS = getattr(Draft202012Validator, "FORMAT_CHECKER", None) or jsonschema.draft202012_format_checker


def refuse_constant(name):
    raise ValueError(name)


def judge(validator, text):
    try:
        value = json.loads(text, parse_constant=refuse_constant)
    except ValueError:
        return "malformed"
    return "valid" if validator.is_valid(value) else "invalid"


def main():
    sys.setrecursionlimit(10_000)
    results = []
    for case in json.load(sys.stdin):
        Draft202012Validator.check_schema(case["schema"])
        validator = Draft202012Validator(case["schema"], format_checker=FORMATS)
        results.append([judge(validator, text) for text in case["texts"]])
    json.dump(results, sys.stdout)


main()
