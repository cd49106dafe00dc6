#!/usr/bin/env bash
# Obtains the sources of llama.cpp v0.5.0 and its prebuilt libraries, libllama-common included, with npm:
#
#   artifacts/llama.cpp/source      the release's tree, cloned from the git bundle in node-llama-cpp
#   artifacts/llama.cpp/libraries   a link to this platform's libraries, if there is a pack for it
#
# Only what compares us with llama.cpp needs them (benchmarks/peers, tests/oracles); no build does. Needs node with npm, and
# git. Does nothing while the lock file is the one that was obtained.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=$(cd "$here/../.." && pwd)/artifacts/llama.cpp
stamp="$output/obtained-lock.json"
cmp -s "$here/package-lock.json" "$stamp" && exit 0

for tool in npm git; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; install it and run this again." >&2; exit 1; }
done

# Everything happens in a folder of its own that becomes visible whole, or not at all.
mkdir -p "$output"
work=$(mktemp -d "$output/obtaining.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The lock file holds hashes and no addresses. It names the packages whose files are needed and none that they would
# bring: nothing of theirs is run, and with the GPU packs it would be half a gigabyte.
mkdir "$work/npm"
cp "$here/package.json" "$here/package-lock.json" "$work/npm/"
(cd "$work/npm" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
git -c advice.detachedHead=false clone --quiet "$work/npm/node_modules/node-llama-cpp/llama/gitRelease.bundle" "$work/source"

case "$(uname -m)" in
  x86_64) pack=linux-x64 ;;
  aarch64) pack=linux-arm64 ;;
  *) pack="" ;;
esac

rm -rf "$output/npm" "$output/source" "$output/libraries" "$stamp"
mv "$work/npm" "$work/source" "$output/"
libraries="npm/node_modules/@node-llama-cpp/$pack/bins/$pack"
[[ ! -d "$output/$libraries" ]] || ln -s "$libraries" "$output/libraries"
cp "$here/package-lock.json" "$stamp"
