// Records the cases of tests/test-chat.cpp: a conversation rendered by a template, a text that a model might answer, and the
// message that the template's parser makes of it.
#include "recorder.h"

#include "chat.h"
#include "common.h"

#include <map>
#include <string>

static recorder::chat_record recorded;

// Templates are known by their file once read_templates has said which one it reads.
static std::string noted_path;
static std::map<const common_chat_templates *, std::string> paths;

// False while a parse case makes its own renders, which it records itself.
static bool recording_renders = true;

static common_json optional_text(const std::string & text) {
    return text.empty() ? common_json(nullptr) : common_json(text);
}

static common_json to_json(const common_chat_msg & message) {
    common_json json = common_json::object();
    json["role"]     = message.role;
    json["content"]  = message.content;
    if (!message.content_parts.empty()) {
        common_json parts = common_json::array();
        for (const auto & part : message.content_parts) {
            common_json made = common_json::object();
            made["type"]     = part.type;
            made["text"]     = part.text;
            parts.push_back(made);
        }
        json["content_parts"] = parts;
    }
    json["reasoning"]    = message.reasoning_content;
    json["tool_name"]    = optional_text(message.tool_name);
    json["tool_call_id"] = optional_text(message.tool_call_id);
    common_json calls    = common_json::array();
    for (const auto & call : message.tool_calls) {
        common_json made  = common_json::object();
        made["name"]      = call.name;
        made["id"]        = optional_text(call.id);
        made["arguments"] = call.arguments;
        calls.push_back(made);
    }
    json["tool_calls"] = calls;
    return json;
}

static const char * name_of(common_chat_tool_choice choice) {
    switch (choice) {
        case COMMON_CHAT_TOOL_CHOICE_AUTO:     return "auto";
        case COMMON_CHAT_TOOL_CHOICE_REQUIRED: return "required";
        case COMMON_CHAT_TOOL_CHOICE_NONE:     return "none";
    }
    throw std::runtime_error("unknown tool choice");
}

static const char * name_of(common_chat_continuation continuation) {
    switch (continuation) {
        case COMMON_CHAT_CONTINUATION_NONE:      return "none";
        case COMMON_CHAT_CONTINUATION_AUTO:      return "auto";
        case COMMON_CHAT_CONTINUATION_REASONING: return "reasoning";
        case COMMON_CHAT_CONTINUATION_CONTENT:   return "content";
    }
    throw std::runtime_error("unknown continuation");
}

static const char * name_of(common_grammar_trigger_type type) {
    switch (type) {
        case COMMON_GRAMMAR_TRIGGER_TYPE_TOKEN:        return "token";
        case COMMON_GRAMMAR_TRIGGER_TYPE_WORD:         return "word";
        case COMMON_GRAMMAR_TRIGGER_TYPE_PATTERN:      return "pattern";
        case COMMON_GRAMMAR_TRIGGER_TYPE_PATTERN_FULL: return "pattern_full";
    }
    throw std::runtime_error("unknown trigger");
}

static common_json to_json(const common_chat_templates_inputs & inputs) {
    common_json json = common_json::object();

    common_json messages = common_json::array();
    for (const auto & message : inputs.messages) {
        messages.push_back(to_json(message));
    }
    json["messages"] = messages;

    common_json tools = common_json::array();
    for (const auto & tool : inputs.tools) {
        common_json made    = common_json::object();
        made["name"]        = tool.name;
        made["description"] = tool.description;
        made["parameters"]  = common_json::parse(tool.parameters);
        tools.push_back(made);
    }
    json["tools"]                 = tools;
    json["tool_choice"]           = name_of(inputs.tool_choice);
    json["parallel_tool_calls"]   = inputs.parallel_tool_calls;
    json["reasoning_format"]      = common_reasoning_format_name(inputs.reasoning_format);
    json["enable_thinking"]       = inputs.enable_thinking;
    json["add_generation_prompt"] = inputs.add_generation_prompt;
    json["continuation"]          = name_of(inputs.continue_final_message);
    json["json_schema"]           = inputs.json_schema.empty() ? common_json(nullptr) : common_json::parse(inputs.json_schema);
    json["grammar"]               = optional_text(inputs.grammar);

    common_json variables = common_json::object();
    for (const auto & [name, value] : inputs.chat_template_kwargs) {
        variables[name] = common_json::parse(value);
    }
    json["variables"] = variables;
    return json;
}

static common_json to_json(const common_chat_params & params) {
    common_json json          = common_json::object();
    json["prompt"]            = params.prompt;
    json["generation_prompt"] = params.generation_prompt;
    json["format"]            = common_chat_format_name(params.format);
    json["supports_thinking"] = params.supports_thinking;
    json["thinking_start"]    = optional_text(params.thinking_start_tag);
    json["thinking_ends"]     = params.thinking_end_tags;
    json["preserved_tokens"]  = params.preserved_tokens;
    json["additional_stops"]  = params.additional_stops;
    json["grammar"]           = optional_text(params.grammar);
    json["grammar_lazy"]      = params.grammar_lazy;
    common_json triggers      = common_json::array();
    for (const auto & trigger : params.grammar_triggers) {
        common_json made = common_json::object();
        made["type"]     = name_of(trigger.type);
        made["value"]    = trigger.value;
        triggers.push_back(made);
    }
    json["grammar_triggers"] = triggers;
    return json;
}

static std::string template_of(const common_chat_templates * templates) {
    const std::string & path = paths.at(templates);
    const size_t        name = path.find_last_of('/') + 1;
    return path.substr(name, path.size() - name - std::string(".jinja").size());
}

static common_chat_templates_ptr init_and_note(const llama_model * model, const std::string & source) {
    auto templates         = common_chat_templates_init(model, source);
    paths[templates.get()] = noted_path;
    return templates;
}

static common_chat_params apply_and_record(const common_chat_templates * templates, const common_chat_templates_inputs & inputs) {
    const auto params = common_chat_templates_apply(templates, inputs);
    if (recording_renders) {
        common_json record = common_json::object();
        record["template"] = template_of(templates);
        record["inputs"]   = to_json(inputs);
        record["output"]   = to_json(params);
        recorded.renders.push_back(record);
    }
    return params;
}

// A parse case, once its parser is built: record.sh calls it there.
template <typename Case, typename Parser>
static void record_parse(const common_chat_templates * templates, const Case & tc, const Parser & parser) {
    common_json record   = common_json::object();
    record["template"]   = template_of(templates);
    record["inputs"]     = to_json(tc.params);
    record["output"]     = to_json(parser.params_);
    record["text"]       = tc.input;
    record["is_partial"] = tc.is_partial;
    record["expected"]   = to_json(tc.expect);
    // The expectation is compared with whitespace at the ends cut off and arguments in normal form; this is the very result.
    record["parsed"] = to_json(parser.parse(tc.input, tc.is_partial));
    recorded.cases.push_back(record);
}

#define common_chat_templates_init  init_and_note
#define common_chat_templates_apply apply_and_record
#define main                        static not_called
#include "test-chat.cpp"
#undef main

recorder::chat_record recorder::record_chat() {
    test_template_output_peg_parsers(/* detailed_debug = */ false);
    test_template_generation_prompt();
    test_developer_role_to_system_workaround();
    test_deepseek_v4_thinking_retention();
    test_deepseek_v4_tool_result_ordering();
    return recorded;
}
