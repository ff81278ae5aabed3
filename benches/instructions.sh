#!/usr/bin/env bash
# Counts the instructions of a few fixed runs with valgrind, and fails where one needs over 5% more than benches/instructions.txt says.
# Unlike times, the counts are the same on a busy machine; they depend on the compiler, so nothing is compared with another one.
#
#   benches/instructions.sh            # compare
#   benches/instructions.sh --bless    # write the counts down, after a change that is worth them or saves some
set -euo pipefail
cd "$(dirname "$0")/.."
bless=${1:-}
known=benches/instructions.txt
compiler=$(rustc --version | cut -d' ' -f1,2)

if ! command -v valgrind >/dev/null; then
    echo "skipped: valgrind is not installed, no instructions were counted"
    exit 0
fi
if [ "$bless" != --bless ] && [ "$(head -1 $known)" != "$compiler" ]; then
    echo "skipped: the counts in $known are of $(head -1 $known), this is $compiler"
    exit 0
fi

# One build for both programs.
cargo build --release --locked --bench speed
overlint=$PWD/target/release/overlint
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

speed() { cargo bench --quiet --locked --bench speed -- "$@"; }
mkdir "$work/one"
cp testdata/demo/network/main.tf "$work/one/"
speed tree "$work/tree" 2000 0.1 3
for folder in "clusters 40" "scenarios 20" "subnets 200" "deep 20" "templates 20"; do
    read -r kind size <<<"$folder"
    speed folder "$work/$kind" "$kind" "$size"
done

# Exit code 1 is overlint's for findings.
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$overlint" check --quiet --jobs 1 "$1" 2>&1 >/dev/null |
        sed -n 's/.*Collected : //p' || true
}

counts=$work/counts
echo "$compiler" >"$counts"
failed=0
cd "$work"
for kind in one tree clusters scenarios subnets deep templates; do
    now=$(count "$kind")
    echo "$kind $now" >>"$counts"
    before=$(sed -n "s/^$kind //p" "$OLDPWD/$known" 2>/dev/null || true)
    verdict=$(awk -v now="$now" -v before="${before:-0}" 'BEGIN { print (before == 0 || now > before * 1.05) ? "more" : now < before * 0.95 ? "less" : "same" }')
    printf '%-10s %14s  was %14s  %s\n' "$kind" "$now" "${before:-unknown}" "$verdict"
    [ "$verdict" != more ] || failed=1
done
cd "$OLDPWD"
if [ "$bless" = --bless ]; then
    cp "$counts" "$known"
elif [ "$failed" = 1 ]; then
    echo "some runs need more than they did; benches/instructions.sh --bless writes the new counts down" >&2
    exit 1
fi
