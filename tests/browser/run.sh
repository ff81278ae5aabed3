#!/usr/bin/env bash
# Opens the pages and pictures of `overlint map` in a real browser: see maps.py. Builds overlint without optimization.
#
#   tests/browser/run.sh
#
# Needs Chromium (CHROMIUM names it where it is not on the PATH) and Python; playwright comes from PyPI into target/browser. What is missing
# is said, and the test skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
    echo "skipped: maps in a browser ($1)"
    exit 0
}

chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$chromium" ] || skip "Chromium is not installed"
command -v python3 >/dev/null || skip "Python is not installed"
python=python3
if ! python3 -c 'import playwright' 2>/dev/null; then
    python=target/browser/bin/python
    if ! "$python" -c 'import playwright' 2>/dev/null; then
        python3 -m venv target/browser && "$python" -m pip install --quiet --requirement tests/browser/requirements.txt ||
            skip "playwright cannot be installed"
    fi
fi
cargo build --quiet --locked
CHROMIUM=$chromium exec "$python" tests/browser/maps.py "${CARGO_TARGET_DIR:-target}/debug/overlint"
