#!/usr/bin/env bash
# Records the cases of llama.cpp's own tests as JSON in artifacts/oracles: compiles its test programs with the recorder beside
# this script, linked to the release's prebuilt libraries, and runs them. README.md has the formats. Needs what obtain.sh needs
# and a C++17 compiler; 64-bit Linux, since the libraries come from the packs. Does nothing while nothing has changed.
#
# CXX                        the compiler, default c++
# JOBS                       parallel compilations, default 2
# LOCALINFERENCE_NATIVE_DIR  a build of the release, libllama-common included, where there is no pack for the platform
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
output="$root/artifacts/oracles"
source="$root/artifacts/llama.cpp/source"
compiler=${CXX:-c++}

"$here/obtain.sh"
libraries="$root/artifacts/llama.cpp/libraries"
[[ -d "$libraries" ]] || libraries=${LOCALINFERENCE_NATIVE_DIR:-}
[[ -d "$libraries" ]] || { echo "There are no prebuilt libraries for $(uname -sm); set LOCALINFERENCE_NATIVE_DIR." >&2; exit 1; }
libraries=$(cd "$libraries" && pwd -P)
command -v "$compiler" > /dev/null || { echo "$compiler is missing; install a C++17 compiler (Debian: g++) and run this again." >&2; exit 1; }

wanted=$( (cat "$root/artifacts/llama.cpp/obtained-lock.json" "$here/record.sh" "$here"/recorder/*; echo "$libraries"; "$compiler" --version) | cksum)
[[ "$(cat "$output/recorded.stamp" 2> /dev/null)" == "$wanted" ]] && exit 0
rm -f "$output/recorded.stamp"

work="$output/recorder"
rm -rf "$work"
mkdir -p "$work/tests"

# instrument FILE LINE CODE: copies a test program (once) and puts CODE behind the one line that reads LINE, or in its place
# if CODE ends in a backslash. Nothing of llama.cpp is kept here, so what is looked for must be there, exactly once.
instrument() {
    local file=$1 line=$2 code=$3
    [[ -e "$work/tests/$file" ]] || cp "$source/tests/$file" "$work/tests/$file"
    LINE=$line CODE=$code awk '
        function trimmed(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
        trimmed($0) == ENVIRON["LINE"] { found++; code = ENVIRON["CODE"]; if (!sub(/\\$/, "", code)) print; print code; next }
        { print }
        END { exit found == 1 ? 0 : 1 }
    ' "$work/tests/$file" > "$work/tests/$file.new" || { echo "$file does not hold this line exactly once: $line" >&2; exit 1; }
    mv "$work/tests/$file.new" "$work/tests/$file"
}

instrument test-jinja.cpp 'test_template_cpp(t, name, tmpl, vars, expect);' 'record_template(t, name, tmpl, vars, expect, test_template_cpp);\'
instrument test-grammar-integration.cpp \
    'static void test(const std::string & test_desc, const std::string & grammar_str, const std::vector<std::string> & passing_strings, const std::vector<std::string> & failing_strings) {' \
    'record(grammar_str, passing_strings, failing_strings);'
instrument test-grammar-integration.cpp \
    'static void test_grammar(const std::string & test_desc, const std::string & grammar_str, const std::vector<std::string> & passing_strings, const std::vector<std::string> & failing_strings) {' \
    'note(test_desc, "");'
instrument test-grammar-integration.cpp \
    'static void test_schema(const std::string & test_desc, const std::string & schema_str, const std::vector<std::string> & passing_strings, const std::vector<std::string> & failing_strings) {' \
    'note(test_desc, schema_str);'
instrument test-grammar-integration.cpp 'static bool test_build_grammar_fails(const std::string & grammar_str) {' 'record_unbuildable(grammar_str);'
instrument test-chat.cpp 'static common_chat_templates_ptr read_templates(const std::string & path) {' 'noted_path = path;'
instrument test-chat.cpp 'auto parser = make_peg_parser(tmpls, tc.params, detailed_debug);' 'recording_renders = true; record_parse(tmpls, tc, parser);'
instrument test-chat.cpp 'peg_test_case tc;' 'recording_renders = false;'

# Sources first in the work folder, then where llama.cpp has them. Sections are collected so that test functions nobody calls
# need not find the server they test. No optimisation: compiling takes longer than running.
flags=(-std=c++17 -O0 -w -pipe -ffunction-sections -fdata-sections -I "$here/recorder" -I "$work/tests"
    -I "$source/tests" -I "$source/common" -I "$source/include" -I "$source/ggml/include" -I "$source/src" -I "$source/vendor"
    -I "$source/tools/server" -I "$source/tools/mtmd")
compile() { "$compiler" "${flags[@]}" -c "$here/recorder/$1.cpp" -o "$work/$1.o"; }
running=()
for part in chat jinja schemas grammars main; do
    if ((${#running[@]} >= ${JOBS:-2})); then
        wait "${running[0]}"
        running=("${running[@]:1}")
    fi
    compile "$part" & running+=($!)
done
for process in "${running[@]}"; do
    wait "$process"
done

# The executable's clock must be the one that the libraries find, hence its exported symbols.
"$compiler" "$work"/*.o -o "$work/recorder" -rdynamic -Wl,--gc-sections -Wl,-rpath,"$libraries" -Wl,-rpath-link,"$libraries" \
    "$libraries"/libllama-common*.so "$libraries"/libllama.*so "$libraries"/libggml.*so "$libraries"/libggml-base*.so -pthread

# The tests look for templates from llama.cpp's own folder.
(cd "$source" && TZ=UTC "$work/recorder" "$output" > "$work/log.txt" 2>&1) || { tail -n 40 "$work/log.txt" >&2; exit 1; }
for file in "$output"/*.json; do
    echo "$(basename "$file"): $(grep -c '^{' "$file") cases"
done
echo "$wanted" > "$output/recorded.stamp"
