#!/usr/bin/env bash
# Puts overlint where the next step of the action finds it. OVERLINT_BIN names one that is there already.
set -euo pipefail

fail() {
    echo "::error title=overlint::$1"
    exit 2
}

found() {
    "$1" --version
    echo "bin=$1" >>"$GITHUB_OUTPUT"
    exit 0
}

if [ -n "${OVERLINT_BIN:-}" ]; then
    bin=$(command -v "$OVERLINT_BIN") || fail "OVERLINT_BIN is no program."
    # The next step runs in another folder.
    [[ $bin == [/\\]* || $bin == ?:* ]] || bin=$PWD/$bin
    found "$bin"
fi

python=$(command -v python3 || command -v python) || fail "Python is needed to install overlint."
venv=$(mktemp -d "$RUNNER_TEMP/overlint-install.XXXXXX")
"$python" -m venv "$venv"
if [ -d "$venv/Scripts" ]; then
    programs=$venv/Scripts
else
    programs=$venv/bin
fi

if [ -z "$INPUT_VERSION" ]; then
    package=$GITHUB_ACTION_PATH
elif [[ $INPUT_VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+([a-z0-9.]*)$ ]]; then
    package=overlint==$INPUT_VERSION
else
    fail "version must look like 1.2.3."
fi
"$programs/python" -m pip install --quiet --disable-pip-version-check "$package"
found "$programs/overlint"
