#!/usr/bin/env bash
# pytest-lsp, an independent client in Python. OVERLINT_PYTHON names an interpreter that has it.
. "$(dirname "$0")/common.sh"
python=${OVERLINT_PYTHON:-python3}
"$python" -c "import pytest_lsp" 2> /dev/null || skip "pytest-lsp is not here (pip install pytest-lsp==1.0.1 pygls==2.1.1)"
find_server
make_root
"$python" -m pytest --quiet -p no:cacheprovider -o asyncio_mode=auto -o asyncio_default_fixture_loop_scope=function "$here/test_lsp.py"
