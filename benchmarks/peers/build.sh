#!/usr/bin/env bash
# Builds llama-bench, llama-batched-bench and llama-server of llama.cpp v0.5.0 into artifacts/peers/bin, linked to prebuilt
# libraries of that release, which are put beside them as links. Needs node and npm, git, cmake 3.21, a C++17 compiler.
#
#   benchmarks/peers/build.sh [llama-bench] [llama-batched-bench] [llama-server]      (all, if none is named)
#
# LOCALINFERENCE_NATIVE_DIR  another build of the release, libllama-common included, instead of the npm pack's
# JOBS                       parallel compilations, default 2
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
output=$root/artifacts/peers
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(llama-bench llama-batched-bench llama-server)
for tool in npm git cmake c++; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; install it and run this again." >&2; exit 1; }
done

"$root/native/source/obtain.sh"
source=$(cd "$root/artifacts/llama.cpp/source" && pwd -P)
libraries=${LOCALINFERENCE_NATIVE_DIR:-"$root/artifacts/llama.cpp/libraries"}
libraries=$(cd "$libraries" && pwd -P)

cmake -S "$here" -B "$output/build" -DCMAKE_BUILD_TYPE=Release --log-level=WARNING \
  -DLLAMA_SOURCE="$source" -DLLAMA_LIBRARIES="$libraries"
cmake --build "$output/build" --parallel "${JOBS:-2}" --target "${targets[@]}"

# ggml looks for its CPU variants beside the executable, so this folder is all that decides what runs.
rm -rf "$output/bin"
mkdir "$output/bin"
for target in "${targets[@]}"; do
  cp "$output/build/bin/$target" "$output/bin/"
done
ln -s "$libraries"/*.so "$output/bin/"
echo "built ${targets[*]} in $output/bin on the libraries of $libraries"
