using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat;

/// <summary>Requests and their answers, shortly.</summary>
internal static class Answers
{
    /// <summary>As the tiny Qwen 2, with room for tools.</summary>
    public static TestModelSpec Roomy { get; } = TestModelSpec.Qwen2 with { Name = "tiny-qwen2-roomy", ContextLength = 2048 };

    /// <summary>A template that shows tools and calls as Qwen's does, and opens thoughts when asked to.</summary>
    public static PromptTemplate HermesTemplate { get; } = new(
        "{%- if tools %}{{- '<|im_start|>system\\nTools:\\n' }}{%- for tool in tools %}{{- tool | tojson }}{{- '\\n' }}{%- endfor %}"
        + "{{- 'Call with <tool_call>\\n{\"name\": NAME, \"arguments\": ARGS}\\n</tool_call><|im_end|>\\n' }}{%- endif %}"
        + "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
        + "{%- if message.role == 'assistant' and message.reasoning_content %}{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{%- endif %}"
        + "{{- message.content }}"
        + "{%- if message.tool_calls %}{%- for call in message.tool_calls %}"
        + "{{- '\\n<tool_call>\\n{\"name\": \"' + call.function.name + '\", \"arguments\": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}"
        + "{%- endfor %}{%- endif %}{{- '<|im_end|>\\n' }}{%- endfor %}"
        + "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- if enable_thinking is defined and enable_thinking %}{{- '<think>\\n' }}{%- endif %}{%- endif %}",
        PromptTemplateLanguage.Jinja);

    public static AIFunctionDeclaration Weather { get; } = Tool(
        "get_weather",
        """{"type":"object","properties":{"city":{"enum":["Paris","Oslo"]},"days":{"type":"integer","minimum":1,"maximum":7}},"required":["city","days"],"additionalProperties":false}""");

    public static AIFunctionDeclaration Clock { get; } = Tool("get_time", """{"type":"object","properties":{"zone":{"enum":["UTC","CET"]}},"required":["zone"],"additionalProperties":false}""");

    public static AIFunctionDeclaration Tool(string name, string schema) => AIFunctionFactory.CreateDeclaration(name, "Tells something.", Json(schema));

    public static JsonElement Json(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static ChatInput Chat(params string[] turns) => new()
    {
        Messages = [.. turns.Select(static (text, i) => new ChatMessage(i % 2 == 0 ? ChatRole.User : ChatRole.Assistant, text))],
    };

    public static GenerationRequest Ask(GenerationInput input, int maxTokens = 300) =>
        new() { Input = input, MaxTokens = maxTokens, Sampling = SamplingOverrides.Greedy };

    public static async Task<List<GenerationEvent>> Answer(this ITextGenerator generator, GenerationRequest request, CancellationToken cancellationToken = default)
    {
        var events = new List<GenerationEvent>();
        await foreach (GenerationEvent e in generator.GenerateAsync(request, cancellationToken))
        {
            events.Add(e);
        }

        Assert.IsType<GenerationStarted>(events[0]);
        Assert.IsType<GenerationEnded>(events[^1]);
        Assert.Single(events.OfType<GenerationEnded>());
        Assert.DoesNotContain(events, static e => e is TextDelta { Text: "" } or ReasoningDelta { Text: "" } or ToolArgumentsDelta { Text: "" });
        return events;
    }

    public static string Text(this IEnumerable<GenerationEvent> events) => string.Concat(events.OfType<TextDelta>().Select(static e => e.Text));

    public static string Reasoning(this IEnumerable<GenerationEvent> events) => string.Concat(events.OfType<ReasoningDelta>().Select(static e => e.Text));

    public static GenerationEnded End(this IEnumerable<GenerationEvent> events) => events.OfType<GenerationEnded>().Single();
}
