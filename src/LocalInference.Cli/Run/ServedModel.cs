using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Store;
using Microsoft.Extensions.AI;

namespace LocalInference.Cli.Run;

/// <summary>
/// A model in a running server of ours. What neither the command line nor the session says is left to the server, which knows the model
/// better; a system message and messages of its Modelfile are put in there.
/// </summary>
internal sealed class ServedModel : IConversationModel
{
    private readonly RunningServer _server;
    private readonly string _name;

    private ServedModel(RunningServer server, string name, JsonElement shown)
    {
        _server = server;
        _name = name;
        HasTemplate = Text(shown, "template").Length > 0;
        Thinks = shown.TryGetProperty("capabilities", out JsonElement words) && words.ValueKind == JsonValueKind.Array
            && words.EnumerateArray().Any(static word => word.ValueKind == JsonValueKind.String && word.ValueEquals("thinking"));
        ContextLength = shown.TryGetProperty("details", out JsonElement details) ? (int)Number(details, "context_length") : 0;
        ModelfileInstruction[] parameters = [.. Modelfile.Parse(Text(shown, "modelfile")).Instructions.Where(static one => one.Keyword == ModelfileKeyword.Parameter)];
        Sampling = new SamplingOverrides
        {
            Temperature = Single(parameters, "temperature"),
            TopP = Single(parameters, "top_p"),
            TopK = (int?)Single(parameters, "top_k"),
            MinP = Single(parameters, "min_p"),
        };
        Defaults = new ModelDefaults { MaxTokens = Single(parameters, "num_predict") is >= 0 and { } most ? (int)most : null };
    }

    public bool HasTemplate { get; }

    public bool Thinks { get; }

    public bool RemembersThoughts => true;

    public SamplingOverrides Sampling { get; }

    public ModelDefaults Defaults { get; }

    public int ContextLength { get; }

    /// <summary>The model in a server of ours; <see langword="null"/>: none answers where the environment says, or it has no such model.</summary>
    public static async Task<ServedModel?> FindAsync(CliServices services, string name, CancellationToken cancellationToken)
    {
        if (await RunningServer.FindOursAsync(services.Variable, services.Terminal.Error, cancellationToken).ConfigureAwait(false) is not { } server)
        {
            return null;
        }

        try
        {
            string body = ServerJson.Body(json => json.WriteString("model", name));
            return new ServedModel(server, name, await server.SendAsync(HttpMethod.Post, "/api/show", body, cancellationToken).ConfigureAwait(false));
        }
        catch (CliException)
        {
            // Here it may be there, and if not, this side says so with what is known of names.
            server.Dispose();
            return null;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<GenerationEvent> AnswerAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string path = request.Input is ChatInput ? "/api/chat" : "/api/generate";
        await foreach (JsonElement line in _server.StreamAsync(path, ServerJson.Body(json => Write(json, request)), cancellationToken).ConfigureAwait(false))
        {
            if (Text(line, "error") is { Length: > 0 } error)
            {
                throw new CliException(error, "Change the request, or look into the server's log.");
            }

            JsonElement message = line.TryGetProperty("message", out JsonElement found) ? found : line;
            if (Text(message, "thinking") is { Length: > 0 } thought)
            {
                yield return new ReasoningDelta(thought);
            }

            if (Text(message, "content") + Text(message, "response") is { Length: > 0 } text)
            {
                yield return new TextDelta(text);
            }

            if (line.TryGetProperty("done", out JsonElement done) && done.ValueKind == JsonValueKind.True)
            {
                yield return new GenerationEnded
                {
                    FinishReason = Text(line, "done_reason") == "length" ? FinishReason.MaxTokens : FinishReason.EndOfGeneration,
                    Usage = new GenerationUsage
                    {
                        PromptTokens = (int)Number(line, "prompt_eval_count"),
                        CachedPromptTokens = (int)Number(line, "prompt_eval_cached_count"),
                        GeneratedTokens = (int)Number(line, "eval_count"),
                        PromptDuration = Duration(line, "prompt_eval_duration"),
                        GenerationDuration = Duration(line, "eval_duration"),
                        LoadDuration = Duration(line, "load_duration"),
                    },
                };
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return default;
    }

    private void Write(Utf8JsonWriter json, GenerationRequest request)
    {
        json.WriteString("model", _name);
        if (request.Input is ChatInput chat)
        {
            WriteMessages(json, chat.Messages);
            WriteThinking(json, chat.Reasoning);
        }
        else
        {
            json.WriteString("prompt", ((PromptInput)request.Input).Text);
            json.WriteBoolean("raw", true);
        }

        // A context that is full is an error or an end here too, never a hole in what was said.
        json.WriteBoolean("truncate", false);
        if (request.KeepAlive is { } time)
        {
            json.WriteNumber("keep_alive", time == Timeout.InfiniteTimeSpan ? -1 : time.TotalSeconds);
        }

        if (request.Output is JsonSchemaOutput schema)
        {
            json.WritePropertyName("format");
            schema.Schema.WriteTo(json);
        }
        else if (request.Output is not null)
        {
            json.WriteString("format", "json");
        }

        WriteOptions(json, request);
    }

    private static void WriteMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray("messages");
        foreach (ChatMessage message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role.Value);
            json.WriteString("content", message.Text);
            string thoughts = string.Concat(message.Contents.OfType<TextReasoningContent>().Select(static thought => thought.Text));
            if (thoughts.Length > 0)
            {
                json.WriteString("thinking", thoughts);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteThinking(Utf8JsonWriter json, ReasoningSettings reasoning)
    {
        if (reasoning.Effort is { } effort)
        {
            json.WriteString("think", effort);
        }
        else if (reasoning.Enabled is { } thinks)
        {
            json.WriteBoolean("think", thinks);
        }
    }

    private static void WriteOptions(Utf8JsonWriter json, GenerationRequest request)
    {
        json.WriteStartObject("options");
        Real("temperature", request.Sampling.Temperature);
        Real("top_p", request.Sampling.TopP);
        Real("min_p", request.Sampling.MinP);
        Whole("top_k", request.Sampling.TopK);
        Whole("seed", request.Sampling.Seed);
        Whole("num_predict", request.MaxTokens);
        if (request.StopSequences.Count > 0)
        {
            json.WriteStartArray("stop");
            foreach (string stop in request.StopSequences)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();

        void Real(string name, float? value)
        {
            if (value is { } said)
            {
                json.WriteNumber(name, said);
            }
        }

        void Whole(string name, long? value)
        {
            if (value is { } said)
            {
                json.WriteNumber(name, said);
            }
        }
    }

    private static float? Single(ModelfileInstruction[] parameters, string name) =>
        parameters.LastOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase)) is { } found
        && float.TryParse(found.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value : null;

    private static string Text(JsonElement value, string name) => ServerJson.Text(value, name) ?? "";

    private static long Number(JsonElement value, string name) => ServerJson.Number(value, name) ?? 0;

    private static TimeSpan Duration(JsonElement value, string name) => TimeSpan.FromTicks(Number(value, name) / TimeSpan.NanosecondsPerTick);
}
