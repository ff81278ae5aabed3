#!/usr/bin/env bash
# Builds the book and tries it in a real browser, without a screen: docs/test.sh [FOLDER FOR SCREENSHOTS]
#
# Needs cargo, python3 and Chromium or Chrome (BROWSER_PATH names another one); Playwright comes from PyPI into target/book-venv. Where there is
# no browser, or no Playwright, that part is skipped, and said so.
set -euo pipefail
cd "$(dirname "$0")/.."

docs/build.sh
browser=${BROWSER_PATH:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$browser" ]; then
    echo "skipped: the book in a browser (no chromium or google-chrome on the PATH)"
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo "skipped: the book in a browser (python3 is not installed)"
    exit 0
fi
wanted=$(grep '^playwright==' tests/integrations/requirements.txt)
python=python3
if ! python3 -c "import importlib.metadata as m, sys; sys.exit(m.version('playwright') != '${wanted#*==}')" 2>/dev/null; then
    python=target/book-venv/bin/python
    [ -x "$python" ] || python3 -m venv target/book-venv
    if ! "$python" -m pip install --quiet --disable-pip-version-check "$wanted"; then
        echo "skipped: the book in a browser ($wanted cannot be installed)"
        exit 0
    fi
fi
BROWSER_PATH=$browser "$python" tests/integrations/book.py target/book "$@"
