// Records the cases of tests/test-grammar-integration.cpp: a grammar and texts that are in its language or not, and grammars
// that do not build.
#include "recorder.h"

static common_json cases = common_json::array();

// The test's own name and schema, noted before its arguments become one text.
static std::string noted_name;
static std::string noted_schema;

static void note(const std::string & name, const std::string & schema) {
    noted_name   = name;
    noted_schema = schema;
}

static common_json texts(const std::vector<std::string> & all) {
    common_json result = common_json::array();
    for (const auto & text : all) {
        result.push_back(recorder::text_with_tokens(text));
    }
    return result;
}

static void record(const std::string & grammar, const std::vector<std::string> & passing, const std::vector<std::string> & failing) {
    common_json made = common_json::object();
    made["name"]    = noted_name;
    made["schema"]  = noted_schema.empty() ? common_json(nullptr) : common_json(noted_schema);
    made["grammar"] = grammar;
    made["builds"]  = true;
    made["passing"] = texts(passing);
    made["failing"] = texts(failing);
    cases.push_back(made);
}

static void record_unbuildable(const std::string & grammar) {
    common_json made = common_json::object();
    made["name"]    = "does not build";
    made["schema"]  = nullptr;
    made["grammar"] = grammar;
    made["builds"]  = false;
    made["passing"] = common_json::array();
    made["failing"] = common_json::array();
    cases.push_back(made);
}

#define main static run_all
#include "test-grammar-integration.cpp"
#undef main

common_json recorder::record_grammars() {
    run_all();
    return cases;
}
