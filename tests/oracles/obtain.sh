#!/usr/bin/env bash
# Puts llama.cpp's chat templates into artifacts/oracles/templates. Needs node with npm, and git. Does nothing when they are there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
output="$root/artifacts/oracles"

"$root/native/source/obtain.sh"
cmp -s "$root/artifacts/llama.cpp/obtained-lock.json" "$output/templates/obtained-lock.json" && exit 0

rm -rf "$output/templates"
mkdir -p "$output/templates"
cp "$root"/artifacts/llama.cpp/source/models/templates/*.jinja "$output/templates/"
cp "$root/artifacts/llama.cpp/obtained-lock.json" "$output/templates/"
