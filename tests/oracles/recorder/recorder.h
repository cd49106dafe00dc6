// What the parts of the recorder share. Each part includes one of llama.cpp's test programs, whose functions are all static.
#pragma once

#include "json.h"

#include <string>
#include <vector>

namespace recorder {

// Each runs the tests of one program and returns its cases; each throws if a test fails.
common_json record_jinja();
common_json record_schemas();
common_json record_grammars();

struct chat_record {
    common_json cases   = common_json::array(); // a text and the message that its parser makes of it
    common_json renders = common_json::array(); // a conversation and the prompt that its template makes of it
};
chat_record record_chat();

// A text that may hold what test-grammar-integration.cpp calls tokens (0xff and a big-endian id): a string, or if there are
// such tokens an array of strings and ids.
common_json text_with_tokens(const std::string & text);

} // namespace recorder
