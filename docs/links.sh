#!/usr/bin/env bash
# Asks for every address on the web that the book links to, and lists those that are not there. Needs a network, curl and cargo. Some
# sites refuse programs (403, 429): those are told apart, to be looked at by hand.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2

check() {
    code=$(curl --silent --location --max-time 30 --retry 2 --output /dev/null --write-out '%{http_code}' --user-agent "Mozilla/5.0 (overlint docs)" "$1")
    case $code in
        2??) ;;
        403 | 429) echo "refused $code $1" ;;
        *) echo "BROKEN $code $1" ;;
    esac
}
export -f check

cargo run --locked --quiet --example book -- --addresses >target/addresses.txt || exit 2
xargs --max-procs 8 --replace bash -c 'check "$1"' _ {} <target/addresses.txt | sort | tee target/links.txt
echo "$(wc -l <target/addresses.txt) addresses, $(grep -c ^BROKEN target/links.txt) broken"
! grep -q ^BROKEN target/links.txt
