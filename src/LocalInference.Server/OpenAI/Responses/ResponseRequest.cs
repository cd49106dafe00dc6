using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>What <c>POST /v1/responses</c> is asked for, apart from the conversation.</summary>
internal sealed record ResponseRequest
{
    // What the answer says of fields that the request leaves out.
    private static readonly (string Name, string Default)[] s_echoes =
    [
        ("background", "false"),
        ("instructions", "null"),
        ("max_output_tokens", "null"),
        ("metadata", "{}"),
        ("parallel_tool_calls", "true"),
        ("previous_response_id", "null"),
        ("reasoning", """{"effort":null,"summary":null}"""),
        ("store", "true"),
        ("temperature", "null"),
        ("text", """{"format":{"type":"text"}}"""),
        ("tool_choice", "\"auto\""),
        ("tools", "[]"),
        ("top_p", "null"),
        ("truncation", "\"disabled\""),
        ("user", "null"),
    ];

    public required string Model { get; init; }

    public required bool IsStreamed { get; init; }

    public required bool IsBackground { get; init; }

    public required bool IsStored { get; init; }

    /// <summary>The response whose conversation goes on; <see langword="null"/>: none.</summary>
    public required string? PreviousId { get; init; }

    public required string? Instructions { get; init; }

    /// <summary>The functions that the model may call.</summary>
    public required ResponseTools Tools { get; init; }

    /// <summary>The request, whose conversation is still to be given.</summary>
    public required GenerationRequest Generation { get; init; }

    private Dictionary<string, JsonElement> Echo { get; init; } = new(StringComparer.Ordinal);

    public static async Task<ResponseRequest> ReadAsync(ServerContext server, JsonFields request, CancellationToken cancellationToken)
    {
        OpenAIRequest shared = await OpenAIRequest.ReadAsync(server, request, cancellationToken).ConfigureAwait(false);
        RefuseUnknown(request);
        bool isBackground = request.Truth("background") ?? false;
        bool isStored = request.Truth("store") ?? true;
        _ = request.Object("metadata");
        if (isBackground && (shared.IsStreamed || !isStored))
        {
            throw RequestException.Bad("background: only a response that is stored and not streamed is made in the background", "background");
        }

        var tools = ResponseTools.Read(request);
        return new ResponseRequest
        {
            Model = shared.Model,
            IsStreamed = shared.IsStreamed,
            IsBackground = isBackground,
            IsStored = isStored,
            PreviousId = request.Text("previous_response_id"),
            Instructions = request.Text("instructions"),
            Tools = tools,
            Echo = s_echoes.Where(echo => request.Any(echo.Name) is not null).ToDictionary(static echo => echo.Name, echo => request.Any(echo.Name)!.Value.Clone(), StringComparer.Ordinal),
            Generation = shared.Generation with
            {
                Input = new ChatInput
                {
                    Messages = [],
                    Tools = tools.Functions,
                    ToolMode = tools.ReadChoice(request),
                    AllowMultipleToolCalls = request.Truth("parallel_tool_calls") ?? true,
                    Reasoning = ChatCompletionsRoute.Reasoning(request),
                },
                MaxTokens = request.Integer("max_output_tokens") switch
                {
                    null => null,
                    > 0 and var most => most,
                    _ => throw JsonFields.Wrong("max_output_tokens", "more than 0"),
                },
                Output = OutputReader.OrGrammar(request, request.Object("text")?.Object("format") is { } format ? Format(format) : null, "text.format"),
                LogProbabilities = LogProbabilities(request),
                ContextOverflow = request.Text("truncation") switch
                {
                    null or "disabled" => ContextOverflowPolicy.Error,
                    "auto" => ContextOverflowPolicy.DropOldestMessages,
                    _ => throw JsonFields.Wrong("truncation", "auto or disabled"),
                },
                Caller = request.Text("safety_identifier") ?? shared.Generation.Caller,
            },
        };
    }

    /// <summary>Writes what was asked for, as each response repeats it.</summary>
    public void WriteEcho(Utf8JsonWriter json)
    {
        foreach ((string name, string value) in s_echoes)
        {
            json.WritePropertyName(name);
            if (Echo.TryGetValue(name, out JsonElement given))
            {
                given.WriteTo(json);
            }
            else
            {
                json.WriteRawValue(value);
            }
        }
    }

    private static void RefuseUnknown(JsonFields request)
    {
        foreach (string field in (string[])["conversation", "prompt"])
        {
            if (request.Any(field) is not null)
            {
                throw RequestException.Bad($"{field}: this server keeps no such objects; give input, instructions and previous_response_id instead", field);
            }
        }
    }

    private static OutputFormat? Format(JsonFields format) => format.RequiredText("type") switch
    {
        "text" => null,
        "json_object" => new JsonOutput(),
        "json_schema" => new JsonSchemaOutput((format.Object("schema") ?? throw RequestException.Bad($"{format.Path}schema is required", format.Path + "schema")).Element.Clone())
        {
            Name = format.Text("name"),
            Description = format.Text("description"),
            Strict = format.Truth("strict") ?? false,
        },
        _ => throw JsonFields.Wrong(format.Path + "type", "text, json_object or json_schema"),
    };

    private static int? LogProbabilities(JsonFields request) => request.Integer("top_logprobs") switch
    {
        null => request.Texts("include").Contains("message.output_text.logprobs", StringComparer.Ordinal) ? 0 : null,
        < 0 or > LogProbabilityFields.MostAlternatives => throw JsonFields.Wrong("top_logprobs", $"a number from 0 to {LogProbabilityFields.MostAlternatives}"),
        var top => top,
    };
}
