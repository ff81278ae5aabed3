#!/usr/bin/env python3
"""Records what Terraform makes of values of variables that have a type, in testdata/vectors/types.tsv.

    tests/oracle/record_types.py

Needs `terraform` on PATH, and some minutes. The recorded answers are from 1.11.4. Each type below is tried with each value. The columns of the file are the
type, the value, and the result as JSON; ERROR where Terraform refuses. A fourth column, which is kept, is what overlint says where that is
something else on purpose, and a fifth why.

How it asks: all pairs become variables with a default; `terraform validate` names those that it refuses, and `terraform console` prints
the others.
"""

import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

VECTORS = pathlib.Path(__file__).parents[2] / "testdata" / "vectors" / "types.tsv"
HEADER = "# Values of variables with types, and what Terraform 1.11.4 makes of them. Written by tests/oracle/record_types.py."

TYPES = """
string
number
bool
any
list(string)
list(number)
list(bool)
list(any)
list(list(string))
set(string)
set(number)
set(any)
set(list(number))
map(string)
map(number)
map(bool)
map(any)
map(list(string))
map(map(string))
tuple([string, number])
tuple([])
tuple([any, bool])
object({})
object({a = string})
object({a = number})
object({a = string, b = optional(string)})
object({a = optional(string, "d"), b = optional(number, 5)})
object({a = optional(list(string), ["d"])})
object({a = any})
object({a = object({a = optional(string, "inner")})})
list(object({a = optional(string, "d")}))
set(object({a = string}))
map(object({a = optional(bool, true), b = optional(string)}))
list(tuple([string, number]))
object({a = set(string)})
object({a = map(any)})
""".strip().split("\n")

VALUES = """
null
"x"
""
"5"
"005"
"1e3"
" 5"
"true"
"false"
"TRUE"
"1"
"0"
"yes"
5
0
-1.5
1000000
true
false
[]
["a", "b"]
["b", "a", "b"]
["1", "2"]
[1, 2]
[10, 9, 1]
[1, "2"]
[1, 1.0, "1"]
[true, "x"]
[true, false]
["true", 1]
[null]
["a", null]
[[]]
[["a"], ["b", 1]]
[["a", 1], ["b", 2]]
[{ a = "x" }]
[{ a = 1 }, { a = "x", b = true }]
[{}, { a = null }]
[1, ["a"]]
{}
{ a = "x" }
{ a = 1 }
{ a = "1" }
{ a = true }
{ a = null }
{ a = [] }
{ a = ["x", "x"] }
{ a = [1, "x"] }
{ a = {} }
{ a = { a = "y" } }
{ a = { a = 1, b = "z" } }
{ a = 1, b = "x" }
{ a = 1, b = true }
{ a = "x", b = ["y"] }
{ a = "x", b = null }
{ b = "x" }
{ c = 1 }
""".strip().split("\n")


def run(folder, *arguments, **more):
    settings = pathlib.Path(folder, "settings")
    settings.touch()
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(["terraform", *arguments], capture_output=True, text=True, cwd=folder, env=environment, **more)


def write(folder, pairs):
    """The variables, and a list of all their values as texts, of which the console prints one a line."""
    lines = [f'variable "v{i}" {{\ntype = {t}\ndefault = {v}\n}}' for i, (t, v) in pairs]
    lines += ["locals {", "all = [", *(f"base64encode(jsonencode(var.v{i}))," for i, _ in pairs), "]", "}"]
    pathlib.Path(folder, "main.tf").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    kept = {}
    if VECTORS.exists():
        for line in VECTORS.read_text(encoding="utf-8").splitlines():
            columns = line.split("\t")
            if len(columns) > 3:
                kept[columns[0], columns[1]] = columns[3:]
    pairs = list(enumerate((t, v) for t in TYPES for v in VALUES))
    with tempfile.TemporaryDirectory() as folder:
        write(folder, pairs)
        report = json.loads(run(folder, "validate", "-json").stdout)
        refused = set()
        for diagnostic in report["diagnostics"]:
            found = re.search(r'variable "v(\d+)"', diagnostic["snippet"]["context"] or "")
            if diagnostic["severity"] == "error" and found:
                refused.add(int(found[1]))
            elif diagnostic["severity"] == "error":
                sys.exit(f"no variable: {diagnostic}")
        good = [pair for pair in pairs if pair[0] not in refused]
        write(folder, good)
        done = run(folder, "console", "-no-color", input="local.all\n")
    printed = done.stdout.rstrip("\n").split("\n")
    if printed[0] != "[" or len(printed) != len(good) + 2:
        sys.exit(f"terraform console failed:\n{done.stdout}{done.stderr}")
    answers = [base64.b64decode(json.loads(line.strip().removesuffix(","))).decode() for line in printed[1:-1]]
    answers = dict(zip((i for i, _ in good), answers))
    lines = [HEADER]
    for i, (t, v) in pairs:
        lines.append("\t".join([t, v, answers.get(i, "ERROR"), *kept.get((t, v), [])]))
    VECTORS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
