using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>What <c>/api/chat</c> and <c>/api/generate</c> are asked for, apart from what the answer follows.</summary>
internal sealed record OllamaRequest
{
    /// <summary>The model as the client names it, and as answers repeat it.</summary>
    public required string Model { get; init; }

    /// <summary>The model's own name.</summary>
    public required string ResolvedModel { get; init; }

    public required OllamaOptions Options { get; init; }

    public required ReasoningSettings Reasoning { get; init; }

    /// <summary>Whether the answer is sent in pieces: the default.</summary>
    public bool IsStreamed { get; init; }

    public TimeSpan? KeepAlive { get; init; }

    public int? LogProbabilities { get; init; }

    public OutputFormat? Output { get; init; }

    public ContextOverflowPolicy Overflow { get; init; }

    public IReadOnlyList<AdapterSelection>? Adapters { get; init; }

    /// <summary>Reads it.</summary>
    /// <param name="server">Knows the models.</param>
    /// <param name="request">The request.</param>
    /// <param name="missing">What is thrown when the request names no model.</param>
    /// <param name="cancellationToken">Stops the search for the model.</param>
    public static async Task<OllamaRequest> ReadAsync(ServerContext server, JsonFields request, Func<RequestException> missing, CancellationToken cancellationToken)
    {
        string model = OllamaModel.Read(request) ?? throw missing();
        var read = new OllamaRequest
        {
            Model = model,
            ResolvedModel = await server.Models.NameOfAsync(model, cancellationToken).ConfigureAwait(false) ?? throw OllamaModel.Unknown(server.Models, model),
            IsStreamed = request.Truth("stream") ?? true,
            KeepAlive = OwnFields.KeepAlive(request),
            Reasoning = OllamaFields.Think(request, out bool wantsThoughts),
            Options = OllamaOptions.Read(request),
            LogProbabilities = OllamaFields.LogProbabilities(request),
            Output = OllamaFields.Output(request),
            Overflow = OllamaFields.Overflow(request),
            Adapters = OwnFields.Adapters(request),
        };
        if (wantsThoughts
            && await server.Models.FindAsync(model, cancellationToken).ConfigureAwait(false) is { } description
            && !description.Capabilities.HasFlag(ModelCapabilities.Reasoning))
        {
            throw RequestException.Bad($"\"{model}\" does not support thinking", "think");
        }

        return read;
    }

    /// <summary>The request to the model.</summary>
    public async Task<GenerationRequest> ToGenerationAsync(ServerContext server, GenerationInput input, CancellationToken cancellationToken) => new()
    {
        Input = input,
        Model = ResolvedModel,
        MaxTokens = Options.MaxTokens,
        StopSequences = Options.Stop,
        Sampling = Options.Sampling,
        IgnoreEndOfGeneration = Options.IgnoreEndOfGeneration,
        Output = Output,
        LogProbabilities = LogProbabilities,
        Adapters = Adapters,
        ContextLength = await ContextLengthAsync(server, cancellationToken).ConfigureAwait(false),
        ContextOverflow = Overflow,
        KeepAlive = KeepAlive,
    };

    /// <summary>Begins the answer, and words what a model cannot do as Ollama does.</summary>
    /// <param name="begin">Begins it.</param>
    /// <param name="verb">What the request asks of the model.</param>
    public async Task<RunningAnswer> BeginAsync(Func<Task<RunningAnswer>> begin, string verb)
    {
        try
        {
            return await begin().ConfigureAwait(false);
        }
        catch (ContextLengthException e)
        {
            throw new RequestException(new Fault(FaultKind.ContextLength, $"the prompt is longer than the context length currently available to the model; {e.Message}") { Code = e.Code });
        }
        catch (GenerationException e) when (e.Code is "model_cannot_generate" or "infill_unsupported")
        {
            throw RequestException.Bad($"\"{Model}\" does not support {(e.Code == "infill_unsupported" ? "insert" : verb)}", "model");
        }
    }

    /// <summary>The images of a request: refused until a model can see them.</summary>
    public static void RefuseImages(JsonFields fields, string model)
    {
        if (fields.Items("images").Any())
        {
            throw RequestException.Bad($"\"{model}\" does not support vision: leave the images out, or say in words what they show", fields.Path + "images");
        }
    }

    // More than a model was made for is as much as it was made for: clients send one number to all models.
    private async ValueTask<int?> ContextLengthAsync(ServerContext server, CancellationToken cancellationToken) =>
        Options.ContextLength is { } wanted
            ? Math.Min(wanted, (await server.Models.FindAsync(Model, cancellationToken).ConfigureAwait(false))?.ContextLength ?? wanted)
            : null;
}
