#!/usr/bin/env python3
"""Records what Terraform says about the calls in testdata/vectors/functions.tsv.

    tests/oracle/record.py            ask Terraform about every call and write its answers into the file
    tests/oracle/record.py --check    only say where the file differs from Terraform (exit code 1 if it does)

Needs `terraform` on PATH. The recorded answers are from 1.11.4; another version may differ.

The file has one call per line, in columns separated by tabs:

    function    its name
    arguments   a JSON array. {"$set": [..]} is a set; {"$unknown": 1} is a value that nothing is known of
    Terraform   the result as JSON, ERROR, or UNKNOWN. This column is written by this script
    overlint    only where overlint says something else: its result in the same form
    why         the reason for that

To add calls, append lines with the first two columns and run the script. Lines that start with # are kept.

How it asks: all calls become locals of a configuration without providers or modules, each as
try(nonsensitive(base64encode(jsonencode(f(..)))), "ERROR"), and one `terraform console` prints them all. An unknown value is a variable without default, which the console leaves unknown.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

VECTORS = pathlib.Path(__file__).parents[2] / "testdata" / "vectors" / "functions.tsv"
UNKNOWN = "(known after apply)"


def hcl(value):
    """A JSON value as a Terraform expression."""
    if isinstance(value, dict) and "$set" in value:
        return f"toset({hcl(value['$set'])})"
    if isinstance(value, dict) and "$unknown" in value:
        return "var.unknown"
    if isinstance(value, dict):
        return "{" + ", ".join(f"({hcl(k)}) = {hcl(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(hcl, value)) + "]"
    text = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        text = text.replace("\\b", "\\u0008") if "\b" in value else text
        text = text.replace("\\f", "\\u000c") if "\f" in value else text
        text = text.replace("${", "$${").replace("%{", "%%{")
    return text


def decode(line):
    """A line of the console's output as an answer."""
    line = line.strip().removesuffix(",")
    if line == UNKNOWN:
        return "UNKNOWN"
    encoded = json.loads(line)
    return encoded if encoded == "ERROR" else base64.b64decode(encoded).decode()


def ask(calls):
    """Terraform's answers to (function, arguments)."""
    lines = ['variable "unknown" {}', "locals {", "  all = ["]
    for function, arguments in calls:
        expression = f"{function}({', '.join(map(hcl, arguments))})"
        lines.append(f'    try(nonsensitive(base64encode(jsonencode({expression}))), "ERROR"),')
    lines += ["  ]", "}"]
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "main.tf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        settings = pathlib.Path(folder, "settings")
        settings.touch()
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
        command = ["terraform", "console", "-no-color"]
        done = subprocess.run(command, input="local.all\n", capture_output=True, text=True, cwd=folder, env=environment)
    printed = done.stdout.rstrip("\n").split("\n")
    if not printed or printed[0] != "[":
        sys.exit(f"terraform console failed:\n{done.stdout}{done.stderr}")
    answers = [decode(line) for line in printed[1:-1]]
    if len(answers) != len(calls):
        sys.exit(f"{len(answers)} answers to {len(calls)} calls")
    return answers


def main():
    rows = [line.split("\t") for line in VECTORS.read_text(encoding="utf-8").rstrip("\n").split("\n")]
    calls = [row for row in rows if len(row) > 1 and not row[0].startswith("#")]
    differences = 0
    for row, answer in zip(calls, ask([(row[0], json.loads(row[1])) for row in calls])):
        row += [""] * (3 - len(row))
        if row[2] != answer:
            differences += 1
            print(f"{row[0]}{row[1]}: recorded {row[2] or 'nothing'}, Terraform says {answer}")
            row[2] = answer
    if "--check" in sys.argv:
        sys.exit(1 if differences else 0)
    VECTORS.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
