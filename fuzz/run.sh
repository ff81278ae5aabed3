#!/usr/bin/env bash
# Fuzzes overlint: fuzz/run.sh SECONDS [TARGET..] runs each target (all, when none is named) for so many seconds, and prints what came of it.
#
#   OVERLINT_FUZZ_JOBS=2     so many targets side by side (1)
#   OVERLINT_FUZZ_ARGS=...   further arguments for each of them (see fuzz/README.md)
#
# Needs cargo and a C++ compiler, for libFuzzer; python3 for the seeds. Ends with 1 when something was found, with 2 when nothing could be run.
set -euo pipefail
cd "$(dirname "$0")"
export LC_ALL=C

seconds=${1:-}
case $seconds in
    '' | *[!0-9]*)
        sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
shift

if ! cargo --version >/dev/null 2>&1; then
    echo "missing: cargo (see https://rustup.rs)" >&2
    exit 2
fi
if ! command -v "${CXX:-c++}" >/dev/null; then
    echo "missing: a C++ compiler (c++, or the one that CXX names), which libFuzzer is built with" >&2
    exit 2
fi

host=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz passes, without a sanitizer: there is no unsafe code to watch, and times are those of a release but for the counters.
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags="$flags -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
# --target keeps the flags away from build scripts. Not --locked: dependencies of overlint that are new come into the lock file here.
if ! RUSTFLAGS="$flags" cargo build --release --bins --target "$host" --target-dir target; then
    echo "the targets could not be built" >&2
    exit 2
fi

if command -v python3 >/dev/null; then
    python3 seeds.py
else
    echo "missing: python3; there are no seeds, so little will be reached" >&2
fi

mkdir -p logs
bin=target/$host/release
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for source in fuzz_targets/*.rs; do
        targets+=("$(basename "$source" .rs)")
    done
fi

run_one() {
    local target=$1 corpus=corpus/$1 seeds=seeds/$1 dictionary
    if [ ! -x "$bin/$target" ]; then
        echo "there is no target $target" >&2
        return 2
    fi
    mkdir -p "$corpus" "$seeds" "artifacts/$target"
    dictionary=$(sed -n "s/^$target //p" dictionaries)
    local arguments=(-max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=512 -use_value_profile=0
        -print_final_stats=1 -verbosity=1 -artifact_prefix="artifacts/$target/")
    if [ -n "$dictionary" ] && [ -f "seeds/$dictionary.dict" ]; then
        arguments+=(-dict="seeds/$dictionary.dict")
    fi
    # What the inputs of these become does not grow with them byte by byte.
    case $target in
        expressions | reports) arguments+=(-len_control=0) ;;
        *) arguments+=(-len_control=20) ;;
    esac
    # shellcheck disable=SC2086
    if "$bin/$target" "${arguments[@]}" ${OVERLINT_FUZZ_ARGS:-} "$corpus" "$seeds" >"logs/$target.log" 2>&1; then
        rm -f "logs/$target.failed"
    else
        touch "logs/$target.failed"
    fi
    report "$target"
}

# One line of the table.
report() {
    local log=logs/$1.log executions coverage rss result
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    [ -n "$executions" ] || executions=$(grep -aoE '^#[0-9]+' "$log" | tail -n 1 | tr -d '#')
    coverage=$(grep -aoE ' cov: [0-9]+' "$log" | tail -n 1 | tr -dc 0-9)
    rss=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log" | tail -n 1)
    [ -n "$rss" ] || rss=$(grep -aoE ' rss: [0-9]+' "$log" | tail -n 1 | tr -dc 0-9)
    result=-
    if [ -e "logs/$1.failed" ]; then
        result=$(grep -aoE 'artifacts/[^ ]*$' "$log" | tail -n 1)
        result="FOUND fuzz/${result:-logs/$1.log} $(grep -a -A 1 '^thread .* panicked at' "$log" | tail -n 1 | cut -c -160)"
    fi
    printf '%-18s %12s %9s %6s  %s\n' "$1" "${executions:-0}" "${coverage:-0}" "${rss:-0}" "$result"
}

printf '%-18s %12s %9s %6s  %s\n' target executions coverage MB crashes
for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "${OVERLINT_FUZZ_JOBS:-1}" ]; do
        wait -n || true
    done
    run_one "$target" &
done
wait

for target in "${targets[@]}"; do
    if [ ! -x "$bin/$target" ] || [ -e "logs/$target.failed" ]; then
        exit 1
    fi
done
