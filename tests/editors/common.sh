# What the scripts here share: a folder with a mistake in it, and the program.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)

# Says why nothing is tried, and ends well.
skip() {
  echo "skipped: $1"
  exit 0
}

# Builds the program unless OVERLINT_BIN names one.
find_server() {
  if [ -z "${OVERLINT_BIN:-}" ]; then
    cargo build --quiet --locked --manifest-path "$project/Cargo.toml"
    OVERLINT_BIN=$project/target/debug/overlint
  fi
  export OVERLINT_BIN
}

# Makes a folder, OVERLINT_ROOT, where the pod CIDR overlaps the node subnet.
make_root() {
  OVERLINT_ROOT=$(mktemp -d)
  export OVERLINT_ROOT
  trap 'rm -rf "$OVERLINT_ROOT"' EXIT
  mkdir "$OVERLINT_ROOT/.git"
  cp "$here"/example/*.tf "$OVERLINT_ROOT"
}
