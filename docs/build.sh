#!/usr/bin/env bash
# Builds the book into target/book: pages of the rules, chapters, one site that needs no network. Needs cargo; mdBook is built once, into
# target/mdbook, if the PATH has none of this version.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.5.4

book=mdbook
if [ "$(mdbook --version 2>/dev/null)" != "mdbook v$version" ]; then
    book=target/mdbook/bin/mdbook
    if [ "$("$book" --version 2>/dev/null)" != "mdbook v$version" ]; then
        echo "building mdBook $version, which takes some minutes the first time" >&2
        cargo install mdbook --locked --version "$version" --no-default-features --features search --root target/mdbook
    fi
fi
rm -rf target/book-pages
cargo run --locked --quiet --example book -- target/book-pages
"$book" build docs
echo "the start page is target/book/index.html"
