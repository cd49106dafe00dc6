using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Store;

namespace LocalInference.Cli.Run;

/// <summary>
/// A model in a running server of ours. What neither the command line nor the session says is left to the server, which knows the model
/// better; a system message and messages of its Modelfile are put in there.
/// </summary>
internal sealed class RemoteModel : IConversationModel
{
    private readonly RunningServer _server;
    private readonly string _name;
    private readonly GenerationFlags _flags;
    private readonly GenerationOptions _begun;

    private RemoteModel(RunningServer server, string name, GenerationFlags flags, JsonElement shown)
    {
        _server = server;
        _name = name;
        _flags = flags;
        HasTemplate = Text(shown, "template").Length > 0;
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
        _begun = flags.For(this);
    }

    public bool HasTemplate { get; }

    public SamplingOverrides Sampling { get; }

    public ModelDefaults Defaults { get; }

    public int ContextLength { get; }

    /// <summary>The model in a server of ours; <see langword="null"/>: none answers where the environment says, or it has no such model.</summary>
    public static async Task<RemoteModel?> FindAsync(CliServices services, string name, GenerationFlags flags, CancellationToken cancellationToken)
    {
        if (await RunningServer.FindOursAsync(services.Variable, cancellationToken).ConfigureAwait(false) is not { } server)
        {
            return null;
        }

        try
        {
            string body = ServerJson.Body(json => json.WriteString("model", name));
            return new RemoteModel(server, name, flags, await server.SendAsync(HttpMethod.Post, "/api/show", body, cancellationToken).ConfigureAwait(false));
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

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string prompt, GenerationOptions options, CancellationToken cancellationToken) => AskAsync(
        "/api/generate",
        json =>
        {
            json.WriteString("prompt", prompt);
            json.WriteBoolean("raw", true);
        },
        options,
        cancellationToken);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, CancellationToken cancellationToken) => AskAsync(
        "/api/chat",
        json =>
        {
            json.WriteStartArray("messages");
            foreach (ChatMessage message in messages)
            {
                json.WriteStartObject();
                json.WriteString("role", message.Role);
                json.WriteString("content", message.Content);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        },
        options,
        cancellationToken);

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return default;
    }

    private async IAsyncEnumerable<GenerationUpdate> AskAsync(string path, Action<Utf8JsonWriter> input, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string body = ServerJson.Body(json =>
        {
            json.WriteString("model", _name);
            input(json);

            // A context that is full is an error or an end here too, never a hole in what was said.
            json.WriteBoolean("truncate", false);
            WriteOptions(json, options);
        });
        bool thinks = false;
        await foreach (JsonElement line in _server.StreamAsync(path, body, cancellationToken).ConfigureAwait(false))
        {
            if (Text(line, "error") is { Length: > 0 } error)
            {
                throw new CliException(error, "Change the request, or look into the server's log.");
            }

            JsonElement message = line.TryGetProperty("message", out JsonElement found) ? found : line;
            string thought = Text(message, "thinking"), text = Text(message, "content") + Text(message, "response");

            // Thoughts are shown as in this process, where they are the model's own text.
            string shown = (thought.Length > 0 && !thinks ? "<think>\n" : "") + thought + (thinks && text.Length > 0 ? "\n</think>\n\n" : "") + text;
            thinks = thought.Length > 0 || (thinks && text.Length == 0);
            if (shown.Length > 0)
            {
                yield return new GenerationUpdate { Text = shown };
            }

            if (line.TryGetProperty("done", out JsonElement done) && done.ValueKind == JsonValueKind.True)
            {
                yield return new GenerationUpdate
                {
                    Text = "",
                    FinishReason = Text(line, "done_reason") == "length" ? FinishReason.MaxTokens : FinishReason.EndOfGeneration,
                    Usage = new GenerationUsage
                    {
                        PromptTokens = (int)Number(line, "prompt_eval_count"),
                        CachedPromptTokens = (int)Number(line, "prompt_eval_cached_count"),
                        GeneratedTokens = (int)Number(line, "eval_count"),
                        PromptDuration = Duration(line, "prompt_eval_duration"),
                        GenerationDuration = Duration(line, "eval_duration"),
                    },
                };
            }
        }
    }

    // What the command line says, and what the session has changed since.
    private void WriteOptions(Utf8JsonWriter json, GenerationOptions options)
    {
        SamplingOptions now = options.Sampling, then = _begun.Sampling;
        json.WriteStartObject("options");
        Single("temperature", _flags.Sampling.Temperature is not null || now.Temperature != then.Temperature, now.Temperature);
        Single("top_p", _flags.Sampling.TopP is not null || now.TopP != then.TopP, now.TopP);
        Single("min_p", _flags.Sampling.MinP is not null || now.MinP != then.MinP, now.MinP);
        if (_flags.Sampling.TopK is not null || now.TopK != then.TopK)
        {
            json.WriteNumber("top_k", now.TopK);
        }

        if (now.Seed is { } seed)
        {
            json.WriteNumber("seed", seed);
        }

        if (options.MaxTokens is { } most)
        {
            json.WriteNumber("num_predict", most);
        }

        if (options.StopSequences.Count > 0)
        {
            json.WriteStartArray("stop");
            foreach (string stop in options.StopSequences)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();

        void Single(string name, bool isSaid, float value)
        {
            if (isSaid)
            {
                json.WriteNumber(name, value);
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
