#!/usr/bin/env bash
# Puts VS Code's server (from npm's code-server) and playwright into a folder, for vscode.sh. Takes about 4 minutes and 300 MB.
set -euo pipefail
folder=${1:?name a folder}
mkdir -p "$folder"
cd "$folder"
[ -f package.json ] || npm init --yes > /dev/null
npm install --ignore-scripts code-server@4.100.3 playwright-core
cd node_modules/code-server/lib/vscode
npm install --omit=dev --ignore-scripts --no-save
for module in @vscode/spdlog native-watchdog node-pty @parcel/watcher; do
  (cd "node_modules/$module" && npx --yes node-gyp rebuild --nodedir=/usr)
done
