// Runs llama.cpp's own tests of its text library and writes their cases as JSON. Run by record.sh, in llama.cpp's folder.
//
//   recorder FOLDER      writes chat-cases.json, chat-renders.json, grammar-cases.json, jinja-cases.json, schema-pairs.json
#include "log.h"
#include "recorder.h"

#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <stdexcept>

#include <sys/syscall.h>
#include <unistd.h>

// 2026-11-21 12:00:00 UTC: recorded prompts carry a date, and must not change from day to day. The executable's definitions
// come before the C library's for the shared libraries too.
static constexpr std::time_t fixed_time = 1795262400;

extern "C" std::time_t time(std::time_t * result) noexcept {
    if (result) {
        *result = fixed_time;
    }
    return fixed_time;
}

extern "C" int clock_gettime(clockid_t clock, timespec * result) noexcept {
    if (clock == CLOCK_REALTIME) {
        *result = { fixed_time, 0 };
        return 0;
    }
    return static_cast<int>(syscall(SYS_clock_gettime, clock, result));
}

common_json recorder::text_with_tokens(const std::string & text) {
    static constexpr char marker = static_cast<char>(0xff);
    if (text.find(marker) == std::string::npos) {
        return common_json(text);
    }

    common_json parts = common_json::array();
    std::string plain;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != marker) {
            plain += text[i];
            continue;
        }
        if (!plain.empty()) {
            parts.push_back(plain);
            plain.clear();
        }
        if (i + 4 >= text.size()) {
            throw std::runtime_error("a token is cut short");
        }
        uint32_t id = 0;
        for (int byte = 0; byte < 4; byte++) {
            id = id << 8 | static_cast<unsigned char>(text[++i]);
        }
        parts.push_back(id);
    }
    if (!plain.empty()) {
        parts.push_back(plain);
    }
    return parts;
}

static void write(const std::string & folder, const char * name, const common_json & cases) {
    const std::string path = folder + "/" + name;
    std::ofstream file(path, std::ios::binary);
    file << "[\n";
    for (size_t i = 0; i < cases.size(); i++) {
        // One case a line, so that a difference between two recordings can be read.
        file << cases.at(i).dump() << (i + 1 < cases.size() ? ",\n" : "\n");
    }
    file << "]\n";
    file.close();
    if (cases.empty() || !file) {
        throw std::runtime_error("could not write " + path);
    }
}

int main(int argc, char ** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: recorder FOLDER\n");
        return 2;
    }
    try {
        common_log_set_verbosity_thold(LOG_LEVEL_ERROR);
        write(argv[1], "jinja-cases.json", recorder::record_jinja());
        write(argv[1], "schema-pairs.json", recorder::record_schemas());
        write(argv[1], "grammar-cases.json", recorder::record_grammars());
        const auto chat = recorder::record_chat();
        write(argv[1], "chat-cases.json", chat.cases);
        write(argv[1], "chat-renders.json", chat.renders);
        return 0;
    } catch (const std::exception & error) {
        std::fprintf(stderr, "recorder: %s\n", error.what());
        return 1;
    }
}
