#!/usr/bin/env bash
# Compares whole runs of overlint with programs that users know, in turn, and prints medians, ranges and ratios.
#
#   benches/compare.sh [ROUNDS]              # trees that are generated
#   benches/compare.sh ROUNDS CHECKOUT       # also with checkov, on a checkout such as Azure/terraform-azurerm-aks
#
# Needs ripgrep; checkov is left out where it is not installed.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-7}
checkout=${2:-}

# One build for both programs.
cargo build --release --locked --bench speed
overlint=$PWD/target/release/overlint
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The times of the command lines in the arguments, run in turn: wall clock and processor.
compare() {
    python3 - "$rounds" "$@" <<'PY'
import os, statistics, subprocess, sys, time

rounds, commands = int(sys.argv[1]), sys.argv[2:]
results = {command: [] for command in commands}
for command in commands:
    subprocess.run(command, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for _ in range(rounds):
    for command in commands:
        start = time.perf_counter()
        process = subprocess.Popen(["sh", "-c", "exec " + command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        results[command].append((time.perf_counter() - start, usage.ru_utime + usage.ru_stime))
first = None
for command, runs in results.items():
    wall, cpu = zip(*runs)
    middle = statistics.median(wall), statistics.median(cpu)
    first = first or middle
    print(f"  {middle[0]*1e3:9.1f} ms [{min(wall)*1e3:.1f} to {max(wall)*1e3:.1f}]  {middle[1]*1e3:9.1f} ms processor  "
          f"wall x{first[0]/middle[0]:.2f}, processor x{first[1]/max(middle[1], 1e-4):.4g}  {command[:70]}")
PY
}

speed() { cargo bench --quiet --bench speed -- "$@"; }
types='*.{tf,tofu,tfvars,bicep,bicepparam,json}'
search="rg -l -i -j2 -g '$types' 'azurerm_kubernetes_cluster|managedclusters'"

echo "overlint first; x is how many times as much overlint takes"
for share in 0.01 0.1; do
    speed tree "$work/tree$share" 100000 $share 5
    echo "100,000 files, $share of them code, 5 folders with AKS:"
    compare "$overlint check -q $work/tree$share" "$search $work/tree$share"
done
echo "one small file:"
mkdir "$work/one"
cp testdata/demo/network/main.tf "$work/one/"
compare "$overlint check -q $work/one/main.tf" "true"
if [ -n "$checkout" ]; then
    if command -v checkov >/dev/null; then
        echo "$checkout:"
        compare "$overlint check -q $checkout" "checkov -d $checkout --framework terraform --compact --quiet"
    else
        echo "skipped: checkov is not installed (pip install checkov)"
    fi
fi
