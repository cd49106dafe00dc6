#!/usr/bin/env bash
# Writes llama-v0.5.0.linux-x64.json beside this script: the layout of llama.cpp's C interface, from the headers of exactly
# that release, and what the prebuilt library answers. Run it on linux-x64 after a change of release or of the name lists.
# Needs gcc, git, node and npm, and the .NET SDK. With --check it only compares and fails on a difference.
set -euo pipefail

release=v0.5.0
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
table="$here/llama-$release.linux-x64.json"
work="$root/artifacts/layout"
libraries="$root/artifacts/native/linux-x64/runtimes/linux-x64/native/cpu"

for tool in gcc git node npm dotnet; do
    command -v "$tool" > /dev/null || { echo "regenerate.sh needs $tool." >&2; exit 1; }
done

rm -rf "$work"
mkdir -p "$work"
cp "$here/package.json" "$here/package-lock.json" "$work/"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)

package="$work/node_modules/node-llama-cpp/llama"
node -e 'process.exit(JSON.parse(require("fs").readFileSync(process.argv[1])).release === process.argv[2] ? 0 : 1)' \
    "$package/binariesGithubRelease.json" "$release" || { echo "The package holds another release than $release." >&2; exit 1; }
git -c advice.detachedHead=false clone --quiet "$package/gitRelease.bundle" "$work/source"

dotnet build "$root/native/ObtainNativePack.proj" -p:Pack=linux-x64 --verbosity quiet --nologo

gcc -std=c11 -Wall -Wextra -Werror -I "$work/source/include" -I "$work/source/ggml/include" -I "$here" "$here/layout.c" \
    -o "$work/layout" -L "$libraries" -Wl,-rpath,"$libraries" \
    "-l:libllama.$release.so" "-l:libggml.$release.so" -l:libggml-base.so
"$work/layout" > "$work/table.json"
node -e 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))' "$work/table.json"

if [[ "${1:-}" == --check ]]; then
    diff -u "$table" "$work/table.json"
else
    cp "$work/table.json" "$table"
fi
