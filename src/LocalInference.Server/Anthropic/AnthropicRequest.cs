using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Anthropic;

/// <summary>
/// What <c>/v1/messages</c> and <c>/v1/messages/count_tokens</c> are asked for. Beside Anthropic's fields there are <c>num_ctx</c>,
/// <c>keep_alive</c> and <c>adapters</c>, as in Ollama's interface. Marks of what to cache have no effect: every prefix is cached.
/// </summary>
internal sealed record AnthropicRequest
{
    /// <summary>The model as the client names it, and as answers repeat it.</summary>
    public required string Model { get; init; }

    /// <summary>The texts that the client wants its answer to end at; others are the model's own.</summary>
    public required IReadOnlyList<string> StopSequences { get; init; }

    /// <summary>The request, whose length is still to be given.</summary>
    public required GenerationRequest Generation { get; init; }

    public static async Task<AnthropicRequest> ReadAsync(ServerContext server, JsonFields request, CancellationToken cancellationToken)
    {
        string model = request.Text("model") is { Length: > 0 } name ? name : throw RequestException.Bad("model is required", "model");
        string resolved = await server.Models.NameOfAsync(model, cancellationToken).ConfigureAwait(false) ?? throw RequestException.ModelNotFound(model);
        ConversationReader conversation = MessageReader.Read(request);
        string[] stop = [.. request.Texts("stop_sequences").Where(static text => text.Length > 0)];
        var generation = new GenerationRequest
        {
            Input = new ChatInput
            {
                Messages = conversation.Messages,
                Tools = Tools(request),
                ToolMode = ToolMode(request, out bool allowsSeveral),
                AllowMultipleToolCalls = allowsSeveral,
                Reasoning = Reasoning(request),
                ContinueFinalMessage = conversation.EndsInAnswer,
            },
            Model = resolved,
            StopSequences = stop,
            Sampling = new SamplingOverrides { Temperature = request.Number("temperature"), TopP = request.Number("top_p"), TopK = request.Integer("top_k") },
            Output = Output(request),
            Adapters = OwnFields.Adapters(request),
            ContextLength = request.Integer("num_ctx"),
            KeepAlive = OwnFields.KeepAlive(request),
            Caller = request.Object("metadata")?.Text("user_id"),
        };
        return new AnthropicRequest
        {
            Model = model,
            StopSequences = stop,
            Generation = await ChatMlFallback.ApplyAsync(server, generation, cancellationToken).ConfigureAwait(false),
        };
    }

    private static IReadOnlyList<WireTool> Tools(JsonFields request) => [.. request.Items("tools").Select(static item => Tool(JsonFields.AsObject(item.Value, item.Path)))];

    // Tools with other types than this are run by Anthropic's own servers, or made for Anthropic's own models.
    private static WireTool Tool(JsonFields tool) => tool.Text("type") is null or "custom"
        ? WireTool.Of(tool, "input_schema")
        : throw JsonFields.Wrong(tool.Path + "type", "custom: this server has no tools of its own");

    private static ChatToolMode? ToolMode(JsonFields request, out bool allowsSeveral)
    {
        JsonFields? choice = request.Object("tool_choice");
        allowsSeveral = choice?.Truth("disable_parallel_tool_use") != true;
        return choice is not { } given ? null : given.RequiredText("type") switch
        {
            "auto" => ChatToolMode.Auto,
            "any" => ChatToolMode.RequireAny,
            "none" => ChatToolMode.None,
            "tool" => ChatToolMode.RequireSpecific(given.RequiredText("name")),
            _ => throw JsonFields.Wrong(given.Path + "type", "auto, any, tool or none"),
        };
    }

    // Anthropic's models think only when they are asked to; a client that does not ask has no room for thoughts in its `max_tokens`.
    // A model that cannot think answers without, as in Ollama.
    private static ReasoningSettings Reasoning(JsonFields request)
    {
        string? effort = request.Object("output_config")?.Text("effort");
        return request.Object("thinking") is not { } thinking ? new ReasoningSettings { Enabled = false } : thinking.RequiredText("type") switch
        {
            "disabled" => new ReasoningSettings { Enabled = false },
            "adaptive" => new ReasoningSettings { Effort = effort },
            "enabled" => new ReasoningSettings { Enabled = true, Effort = effort, MaxTokens = Budget(thinking) },
            _ => throw JsonFields.Wrong(thinking.Path + "type", "enabled, adaptive or disabled"),
        };
    }

    private static int? Budget(JsonFields thinking) => thinking.Integer("budget_tokens") switch
    {
        null => null,
        > 0 and var budget => budget,
        _ => throw JsonFields.Wrong(thinking.Path + "budget_tokens", "more than 0"),
    };

    // `output_format` is what the field was called before it moved.
    private static JsonSchemaOutput? Output(JsonFields request) => (request.Object("output_config")?.Object("format") ?? request.Object("output_format")) switch
    {
        null => null,
        { } format when format.RequiredText("type") == "json_schema" =>
            new JsonSchemaOutput((format.Object("schema") ?? throw RequestException.Bad($"{format.Path}schema is required", format.Path + "schema")).Element.Clone()),
        { } format => throw JsonFields.Wrong(format.Path + "type", "json_schema"),
    };
}
