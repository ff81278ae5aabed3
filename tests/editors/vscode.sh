#!/usr/bin/env bash
# VS Code itself, in a browser without a screen: the extension, the Problems panel, a hover. OVERLINT_VSCODE is a folder that
# vscode-setup.sh made; screenshots go to OVERLINT_SCREENSHOTS.
. "$(dirname "$0")/common.sh"
code=${OVERLINT_VSCODE:-}/node_modules/code-server/lib/vscode
[ -f "$code/out/server-main.js" ] || skip "OVERLINT_VSCODE names no folder that vscode-setup.sh made"
browser=$(command -v chromium || command -v google-chrome) || skip "chromium is not here"
find_server
make_root
work=$(mktemp -d)
port=${OVERLINT_PORT:-39117}
(cd "$project/editors/vscode" && npm ci --silent && npm run --silent package)
mkdir -p "$work/data/data/Machine"
echo "{\"overlint.path\": \"$OVERLINT_BIN\", \"workbench.startupEditor\": \"none\"}" > "$work/data/data/Machine/settings.json"
options=(--extensions-dir "$work/extensions" --server-data-dir "$work/data")
export EXTENSIONS_GALLERY='{}'
node "$code/out/server-main.js" "${options[@]}" --install-extension "$project/editors/vscode/overlint.vsix" > "$work/log" 2>&1
node "$code/out/server-main.js" "${options[@]}" --host 127.0.0.1 --port "$port" --without-connection-token \
  --accept-server-license-terms --telemetry-level off >> "$work/log" 2>&1 &
server=$!
trap 'kill $server 2> /dev/null; rm -rf "$OVERLINT_ROOT" "$work"' EXIT
NODE_PATH=$OVERLINT_VSCODE/node_modules BROWSER_PATH=$browser PORT=$port node "$here/vscode.cjs" || {
  tail -20 "$work/log"
  exit 1
}
echo "vscode: all well"
