#!/usr/bin/env bash
# Emacs with eglot (part of Emacs 29; elpa-eglot in Debian 12), as a client of the language server.
. "$(dirname "$0")/common.sh"
command -v emacs > /dev/null || skip "emacs is not here"
emacs --batch --eval "(progn (package-initialize) (require 'eglot))" 2> /dev/null || skip "emacs has no eglot"
find_server
make_root
emacs --batch --load "$here/emacs.el"
echo "emacs: all well"
