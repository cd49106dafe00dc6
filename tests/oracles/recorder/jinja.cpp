// Records the cases of tests/test-jinja.cpp: a template, its variables, what it renders to.
#include "recorder.h"
#include "testing.h"

#include <sstream>

static common_json cases = common_json::array();

// record.sh calls it in place of the program's own check, which it then makes.
static void record_template(testing & t, const std::string & name, const std::string & tmpl, const common_json & vars, const std::string & expect,
                            void (*check)(testing &, const std::string &, const std::string &, const common_json &, const std::string &)) {
    const int skipped = t.skipped;
    check(t, name, tmpl, vars, expect);

    common_json record = common_json::object();
    record["group"]     = t.stack.empty() ? "" : t.stack.front();
    record["name"]      = name;
    record["template"]  = tmpl;
    record["variables"] = vars;
    record["expected"]  = expect;
    // What llama.cpp's own engine does not implement, and so does not check.
    record["skipped"] = t.skipped != skipped;
    cases.push_back(record);
}

#define main static not_called
#include "test-jinja.cpp"
#undef main

common_json recorder::record_jinja() {
    std::ostringstream log;
    testing t(log);
    t.test("whitespace control", test_whitespace_control);
    t.test("conditionals", test_conditionals);
    t.test("loops", test_loops);
    t.test("expressions", test_expressions);
    t.test("set statement", test_set_statement);
    t.test("filters", test_filters);
    t.test("literals", test_literals);
    t.test("comments", test_comments);
    t.test("macros", test_macros);
    t.test("namespace", test_namespace);
    t.test("tests", test_tests);
    t.test("string methods", test_string_methods);
    t.test("array methods", test_array_methods);
    t.test("object methods", test_object_methods);
    if (t.failures > 0) {
        throw std::runtime_error("test-jinja.cpp fails:\n" + log.str());
    }
    return cases;
}
