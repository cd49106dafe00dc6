#!/usr/bin/env bash
# Builds llama-bench and llama-server of llama.cpp v0.5.0 into artifacts/peers/bin, linked to prebuilt libraries of
# that release, which are put beside them as links. Needs node and npm, git, cmake 3.21, a C++17 compiler.
#
#   benchmarks/peers/build.sh [llama-bench] [llama-server]      (both, if none is named)
#
# LOCALINFERENCE_NATIVE_DIR  another build of the release, libllama-common included, instead of the npm pack's
# JOBS                       parallel compilations, default 2
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=$(cd "$here/../.." && pwd)/artifacts/peers
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(llama-bench llama-server)
for tool in npm git cmake c++; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; install it and run this again." >&2; exit 1; }
done

# The lock file holds hashes and no addresses. It names the two packages whose files are needed and none that they
# would bring: nothing of theirs is run, and with the GPU packs it would be half a gigabyte.
mkdir -p "$output/npm"
if ! cmp -s "$here/package-lock.json" "$output/npm/obtained-lock.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$output/npm/"
  (cd "$output/npm" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  rm -rf "$output/source" "$output/build"
  cp "$here/package-lock.json" "$output/npm/obtained-lock.json"
fi

if [[ ! -e "$output/source/.complete" ]]; then
  rm -rf "$output/source"
  git clone --quiet "$output/npm/node_modules/node-llama-cpp/llama/gitRelease.bundle" "$output/source"
  touch "$output/source/.complete"
fi

case "$(uname -m)" in
  x86_64) pack=linux-x64 ;;
  aarch64) pack=linux-arm64 ;;
  *) pack="" ;;
esac
libraries=${LOCALINFERENCE_NATIVE_DIR:-"$output/npm/node_modules/@node-llama-cpp/$pack/bins/$pack"}
libraries=$(cd "$libraries" && pwd -P)

cmake -S "$here" -B "$output/build" -DCMAKE_BUILD_TYPE=Release --log-level=WARNING \
  -DLLAMA_SOURCE="$output/source" -DLLAMA_LIBRARIES="$libraries"
cmake --build "$output/build" --parallel "${JOBS:-2}" --target "${targets[@]}"

# ggml looks for its CPU variants beside the executable, so this folder is all that decides what runs.
rm -rf "$output/bin"
mkdir "$output/bin"
for target in "${targets[@]}"; do
  cp "$output/build/bin/$target" "$output/bin/"
done
ln -s "$libraries"/*.so "$output/bin/"
echo "built ${targets[*]} in $output/bin on the libraries of $libraries"
