using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>
/// What <c>/v1/chat/completions</c>, <c>/v1/completions</c> and <c>/v1/responses</c> are asked for, apart from what the answers follow.
/// Beside OpenAI's fields there are llama-server's for the samplers (<see cref="SamplingFields"/>) and <c>ignore_eos</c>, and
/// <c>num_ctx</c>, <c>keep_alive</c>, <c>grammar</c> and <c>adapters</c>, as in Ollama's interface. What is left out is the model's own.
/// </summary>
internal sealed record OpenAIRequest
{
    private const int MostStopSequences = 256;

    /// <summary>The model as the client names it, and as answers repeat it.</summary>
    public required string Model { get; init; }

    public bool IsStreamed { get; init; }

    /// <summary>Whether a stream ends with what the answers took.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>How many answers are wanted.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The request, whose input is still to be given.</summary>
    public required GenerationRequest Generation { get; init; }

    public static async Task<OpenAIRequest> ReadAsync(ServerContext server, JsonFields request, CancellationToken cancellationToken)
    {
        string model = request.Text("model") is { Length: > 0 } name ? name : await ImpliedModel.FindAsync(server, server.Generator.Metadata.DefaultModel, ModelCapabilities.Completion | ModelCapabilities.Chat, cancellationToken).ConfigureAwait(false);
        string resolved = await server.Models.NameOfAsync(model, cancellationToken).ConfigureAwait(false) ?? throw RequestException.ModelNotFound(model);
        int count = request.Integer("n") ?? 1;
        string[] stop = [.. request.TextOrTexts("stop").Where(static text => text.Length > 0)];
        return new OpenAIRequest
        {
            Model = model,
            IsStreamed = request.Truth("stream") ?? false,
            IncludesUsage = request.Object("stream_options")?.Truth("include_usage") ?? false,
            Count = count is >= 1 and <= RunningAnswers.MostOfEach ? count : throw JsonFields.Wrong("n", $"a number from 1 to {RunningAnswers.MostOfEach}"),
            Generation = new GenerationRequest
            {
                Input = new PromptInput { Text = "" },
                Model = resolved,
                MaxTokens = (request.Integer("max_completion_tokens") ?? request.Integer("max_tokens")) is { } most ? most >= 0 ? most : null : null,
                StopSequences = stop.Length <= MostStopSequences ? stop : throw JsonFields.Wrong("stop", $"at most {MostStopSequences} texts"),
                Sampling = SamplingFields.Read(request) with { Seed = Seed(request) },
                IgnoreEndOfGeneration = request.Truth("ignore_eos") ?? false,
                Adapters = OwnFields.Adapters(request),
                ContextLength = request.Integer("num_ctx"),
                KeepAlive = OwnFields.KeepAlive(request),
                Caller = request.Text("user"),
            },
        };
    }

    // OpenAI's seeds have 64 bits; both halves count. llama.cpp's two marks stand for a random one.
    private static uint? Seed(JsonFields request) => request.Any("seed") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out long seed) => seed is -1 or uint.MaxValue ? null : unchecked((uint)(seed ^ (seed >>> 32))),
        _ => throw JsonFields.Wrong("seed", "a whole number"),
    };
}
