#!/usr/bin/env bash
# Packs overlint as users get it, and runs what comes out: by pip in a fresh environment, and as a binary that needs nothing else.
#
#   tests/integrations/packages.sh
#
# Builds without optimization, in CARGO_TARGET_DIR (target/integrations without one); pip gets maturin from PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v python3 >/dev/null; then
    echo "skipped: packages (python3 is not installed)"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/integrations}
export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

same() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || {
        echo "FAILED: $1: $2, not $3"
        exit 1
    }
}

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check .
same "the version" "$("$folder/venv/bin/overlint" --version)" "overlint $version"
metadata=$("$folder/venv/bin/python" -c 'import importlib.metadata; print(importlib.metadata.metadata("overlint"))')
for line in "Version: $version" "License-Expression: MIT OR Apache-2.0" "License-File: LICENSE-MIT"; do
    grep -qxF "$line" <<<"$metadata" || {
        echo "FAILED: the wheel does not say $line"
        echo "$metadata"
        exit 1
    }
done
code=0
"$folder/venv/bin/overlint" check -q testdata/demo || code=$?
same "the exit code of the demo" "$code" 1
echo "ok: the wheel"

# The source package must have all that a build needs: cargo builds it from what it packs.
cargo package --locked --allow-dirty --quiet
crate=$CARGO_TARGET_DIR/package/overlint-$version.crate
tar -tzf "$crate" >"$folder/list"
grep -q "/Cargo.lock$" "$folder/list"
size=$(wc -c <"$crate")
[ "$size" -lt 5000000 ] || {
    echo "FAILED: the crate has $size bytes"
    exit 1
}
echo "ok: the crate ($size bytes)"

# With a target named, the flags do not apply to what runs during the build.
target=$(rustc -vV | sed -n 's/^host: //p')
case $target in
*-linux-gnu) ;;
*)
    echo "skipped: the static binary (not on $target)"
    exit 0
    ;;
esac
RUSTFLAGS="-C target-feature=+crt-static" cargo build --locked --quiet --release --target "$target"
binary=$CARGO_TARGET_DIR/$target/release/overlint
if command -v readelf >/dev/null; then
    if readelf --program-headers "$binary" | grep -q INTERP; then
        echo "FAILED: the static binary wants a loader"
        exit 1
    fi
fi
if [ "$(id -u)" = 0 ]; then
    mkdir "$folder/empty"
    cp "$binary" "$folder/empty/overlint"
    cp -r testdata/demo "$folder/empty/code"
    code=0
    chroot "$folder/empty" /overlint check -q code || code=$?
    same "the exit code in an empty root" "$code" 1
    echo "ok: the static binary, in an empty root"
else
    echo "ok: the static binary (an empty root needs to be root: not tried)"
fi
