// Records the cases of tests/test-json-schema-to-grammar.cpp: a JSON schema and its grammar, or that it is refused.
#include <functional>

#include "recorder.h"

#define main static not_called
#include "test-json-schema-to-grammar.cpp"
#undef main

common_json recorder::record_schemas() {
    common_json cases = common_json::array();
    test_all("recording", [&cases](const TestCase & tc) {
        common_json record = common_json::object();
        record["name"]     = tc.name;
        record["schema"]   = tc.schema;
        record["refused"]  = tc.expected_status == FAILURE;
        record["expected"] = tc.expected_status == FAILURE ? common_json(nullptr) : common_json(trim(tc.expected_grammar));
        cases.push_back(record);

        // Its own checks, as its main makes them.
        try {
            tc.verify(json_schema_to_grammar(common_json::parse(tc.schema), true));
            tc.verify_status(SUCCESS);
            tc.verify_expectation_parseable();
        } catch (const std::invalid_argument &) {
            tc.verify_status(FAILURE);
        }
    });
    return cases;
}
