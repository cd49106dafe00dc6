#!/usr/bin/env bash
# Installs the npm clients that the tests of this project run, as package-lock.json pins them. Nothing happens while they are there.
set -euo pipefail

cd "$(dirname "$0")/npm"
# npm writes the hidden lock file last, so a broken-off installation is not taken for a whole one.
if [[ node_modules/.package-lock.json -nt package-lock.json ]]; then
    exit 0
fi

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
touch node_modules/.package-lock.json
