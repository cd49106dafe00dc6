using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using LocalInference.Text;

namespace LocalInference.Benchmarks.Text;

/// <summary>A conversation of 20 messages with tools, through a template that was parsed before.</summary>
public class TemplateRendering
{
    private const int Turns = 5;

    // Hermes' way to write tools and their calls, as many models have it.
    private const string Source = """
        {%- if tools %}
            {{- '<|im_start|>system\n' + messages[0].content + '\n\n# Tools\n<tools>' }}
            {%- for tool in tools %}
                {{- '\n' }}{{- tool | tojson }}
            {%- endfor %}
            {{- '\n</tools><|im_end|>\n' }}
        {%- endif %}
        {%- for message in messages %}
            {%- if message.role == 'user' %}
                {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
            {%- elif message.role == 'assistant' %}
                {{- '<|im_start|>assistant' }}
                {%- if message.content %}{{- '\n' + message.content | trim }}{%- endif %}
                {%- for call in message.tool_calls or [] %}
                    {{- '\n<tool_call>\n{"name": "' ~ call.function.name ~ '", "arguments": ' }}{{- call.function.arguments | tojson }}{{- '}\n</tool_call>' }}
                {%- endfor %}
                {{- '<|im_end|>\n' }}
            {%- elif message.role == 'tool' %}
                {%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{%- endif %}
                {{- '\n<tool_response>\n' + message.content + '\n</tool_response>' }}
                {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{- '<|im_end|>\n' }}{%- endif %}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}
        """;

    private readonly JinjaTemplate _template = JinjaTemplate.Parse(Source);
    private Dictionary<string, JinjaValue> _variables = [];

    /// <summary>Makes the conversation.</summary>
    [GlobalSetup]
    public void Setup()
    {
        StringBuilder messages = new("""[{"role": "system", "content": "You are a helpful assistant."}""");
        for (int i = 0; i < Turns; i++)
        {
            messages.Append(System.Globalization.CultureInfo.InvariantCulture, $$$$"""
                , {"role": "user", "content": "What will the weather be like in Bern in {{{{i}}}} days, and should I take an umbrella with me?"}
                , {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "weather", "arguments": {"city": "Bern", "days": {{{{i}}}}}}}]}
                , {"role": "tool", "content": "{\"temperature\": 17.5, \"sky\": \"cloudy\", \"rain\": 0.4}"}
                , {"role": "assistant", "content": "It will be cloudy at 17.5 degrees, with some rain: do take an umbrella."}
                """);
        }

        const string Tools = """
            [{"type": "function", "function": {"name": "weather", "description": "The weather of a day to come.", "parameters": {"type": "object",
              "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city", "days"]}}}]
            """;
        _variables = new Dictionary<string, JinjaValue>(StringComparer.Ordinal)
        {
            ["messages"] = JinjaValue.FromJson(JsonDocument.Parse(messages.Append(']').ToString()).RootElement, isContent: true),
            ["tools"] = JinjaValue.FromJson(JsonDocument.Parse(Tools).RootElement),
            ["add_generation_prompt"] = JinjaValue.FromBoolean(true),
        };
    }

    /// <summary>The text alone.</summary>
    [Benchmark(Baseline = true)]
    public string Render() => _template.Render(_variables);

    /// <summary>The text and which of its parts are content.</summary>
    [Benchmark]
    public MarkedText RenderMarked() => _template.RenderMarked(_variables);

    /// <summary>What the first use of a template costs.</summary>
    [Benchmark]
    public JinjaTemplate Parse() => JinjaTemplate.Parse(Source);
}
