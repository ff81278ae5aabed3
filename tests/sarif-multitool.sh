#!/usr/bin/env bash
# Validates SARIF files by the rules of the standard and of GitHub's code scanning, with Microsoft's sarif-multitool.
#   tests/sarif-multitool.sh FILE...
# Fails on an error or a warning; notes are advice that overlint leaves. To install the tool: npm install @microsoft/sarif-multitool
# SARIF_MULTITOOL names the program: node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool, which may need chmod +x first. (The
# script in node_modules/.bin gives the semicolon of the option to a shell.)
set -euo pipefail

tool=${SARIF_MULTITOOL:-sarif-multitool}
if ! command -v "$tool" >/dev/null; then
    echo "skipped: $tool is not installed" >&2
    exit 0
fi
[ $# -gt 0 ] || { echo "usage: $0 FILE..." >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0
for file in "$@"; do
    # It exits with 0 whatever it finds, and writes its findings as SARIF themselves.
    "$tool" validate "$file" --rule-kind 'Sarif;Ghas' -o "$folder/out.sarif" --log ForceOverwrite \
        --level 'Error;Warning' >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
    python3 - "$file" "$folder/out.sarif" "$folder/log" <<'PYTHON' || status=1
import json, sys
file, out, log = sys.argv[1:]
results = [r for run in json.load(open(out, encoding="utf-8-sig"))["runs"] for r in run.get("results", [])]
bad = [r for r in results if r.get("level", "warning") in ("error", "warning")]
if bad:
    print(open(log).read())
print(f"{file}: {len(bad)} errors and warnings")
sys.exit(bool(bad))
PYTHON
done
exit $status
