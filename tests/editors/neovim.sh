#!/usr/bin/env bash
# Neovim (0.7 or newer) without a screen, as a client of the language server.
. "$(dirname "$0")/common.sh"
command -v nvim > /dev/null || skip "nvim is not here"
find_server
make_root
nvim --headless --clean -S "$here/neovim.lua"
echo "neovim: all well"
