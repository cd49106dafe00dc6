using System.Diagnostics;
using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference;

/// <summary>
/// Embeds and ranks with a model: checks a request, tokenizes it on the caller's thread, and hands it to an engine that starts with
/// the first one. Safe for concurrent use.
/// </summary>
internal sealed class ModelEmbeddings : IAsyncDisposable
{
    // On a CPU a step of 256 rows is as fast as a longer one, and its buffers stay in the cache. Fewer than 32 waste it.
    private const int MostRowsOnCpu = 256;
    private const int FewestRows = 32;

    // llama.cpp makes room for the logits of every row, twice; a vocabulary of 150,000 then has 110 rows.
    private const long MostLogitBytes = 64L << 20;

    private readonly NativeRuntime _runtime;
    private readonly ModelHandle _model;
    private readonly AdapterRegistry _adapters;
    private readonly EmbeddingProfile _profile;
    private readonly LocalModelOptions _options;
    private readonly EmbeddingNeeds _needs;
    private readonly TextPreparation _preparation;
    private readonly Lazy<RerankPrompt> _rerankPrompt;
    private readonly ILogger _log;
    private readonly bool _isSequenceToSequence;
    private readonly Lock _gate = new();
    private EmbeddingEngine? _engine;
    private bool _disposed;

    /// <param name="runtime">The native libraries.</param>
    /// <param name="model">The weights.</param>
    /// <param name="adapters">Whose defaults it computes with.</param>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="profile">What the file says.</param>
    /// <param name="options">How the model was loaded.</param>
    /// <param name="contextLength">Tokens that a text may have.</param>
    /// <param name="canGenerate">Whether the model is a decoder: a token sees those before it, and those alone.</param>
    public unsafe ModelEmbeddings(NativeRuntime runtime, ModelHandle model, AdapterRegistry adapters, Tokenizer tokenizer, EmbeddingProfile profile, LocalModelOptions options, int contextLength, bool canGenerate)
    {
        _runtime = runtime;
        _model = model;
        _adapters = adapters;
        _profile = profile;
        _options = options;
        bool onGpu = runtime.SupportsGpu && options.GpuLayers != 0;
        int rows = onGpu ? options.BatchSize : Math.Min(options.BatchSize, MostRowsOnCpu);
        rows = canGenerate ? (int)Math.Min(rows, MostLogitBytes / sizeof(float) / Math.Max(1, tokenizer.VocabularySize)) : rows;
        _needs = new EmbeddingNeeds
        {
            WholeTexts = !canGenerate,
            IsRecurrent = Llama.llama_model_is_recurrent(model.Pointer) != 0 || Llama.llama_model_is_hybrid(model.Pointer) != 0,
            OnGpu = onGpu,
            VocabularySize = tokenizer.VocabularySize,
            Rows = Math.Max(rows, FewestRows),
        };
        _isSequenceToSequence = Llama.llama_model_has_encoder(model.Pointer) != 0 && Llama.llama_model_has_decoder(model.Pointer) != 0;
        Dimensions = Llama.llama_model_n_embd_out(model.Pointer);
        _preparation = new TextPreparation(tokenizer, contextLength);
        _rerankPrompt = new(() => new RerankPrompt(model, tokenizer, _preparation));
        _log = new TolerantLogger(options.LoggerFactory?.CreateLogger("LocalInference.Requests") ?? NullLogger.Instance);
    }

    /// <summary>Length of the model's vectors.</summary>
    public int Dimensions { get; }

    /// <summary>The engine, once there was a request; for tests.</summary>
    public EmbeddingEngine? Engine => _engine;

    /// <inheritdoc cref="IEmbedder.EmbedAsync"/>
    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, string model, CancellationToken cancellationToken)
    {
        using var telemetry = new EmbeddingTelemetry(_log, "embeddings", model);
        try
        {
            telemetry.Asks(request.Dimensions);
            EmbeddingResult result = await ComputeAsync(request, model, cancellationToken).ConfigureAwait(false);
            telemetry.End(result.Embeddings.Count, result.TokenCount);
            return result;
        }
        catch (Exception e)
        {
            telemetry.Fail(e);
            throw;
        }
    }

    /// <inheritdoc cref="IReranker.RerankAsync"/>
    public async ValueTask<RerankResult> RerankAsync(RerankRequest request, string model, CancellationToken cancellationToken)
    {
        using var telemetry = new EmbeddingTelemetry(_log, "rerank", model);
        try
        {
            RerankResult result = await ComputeAsync(request, model, cancellationToken).ConfigureAwait(false);
            telemetry.End(request.Documents.Count, result.TokenCount);
            return result;
        }
        catch (Exception e)
        {
            telemetry.Fail(e);
            throw;
        }
    }

    /// <summary>Lets go of adapters that were unloaded or replaced.</summary>
    public void LetGoOfAdapters()
    {
        EmbeddingEngine? engine;
        lock (_gate)
        {
            engine = _engine;
        }

        engine?.LetGoOfAdapters();
    }

    /// <summary>Ends all requests and frees the contexts.</summary>
    public async ValueTask DisposeAsync()
    {
        EmbeddingEngine? engine;
        lock (_gate)
        {
            _disposed = true;
            engine = _engine;
        }

        if (engine is not null)
        {
            await engine.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<EmbeddingResult> ComputeAsync(EmbeddingRequest request, string model, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        cancellationToken.ThrowIfCancellationRequested();
        var options = new EmbeddingJobOptions
        {
            Pooling = request.Pooling ?? OwnPooling(),
            Dimensions = CheckDimensions(request.Dimensions),
            Normalize = request.Normalize,
            Caller = request.Caller ?? "",
            Priority = request.Priority,
        };
        int limit = Limit(request.ContextLength);
        ThrowIfUseless();
        ThrowIfDisposed();
        var texts = new TokenizedTexts(request.Inputs.Count);
        foreach (EmbeddingInput input in request.Inputs)
        {
            _preparation.Add(texts, input, request.Truncation, limit);
        }

        float[][] vectors = (await RunAsync(texts, options, cancellationToken).ConfigureAwait(false)).Vectors;
        var embeddings = new TextEmbedding[texts.Count];
        for (int i = 0; i < embeddings.Length; i++)
        {
            embeddings[i] = new TextEmbedding(vectors[i], texts.LengthOf(i), texts.DroppedOf(i));
        }

        return new EmbeddingResult { Model = model, Embeddings = embeddings, TotalDuration = Stopwatch.GetElapsedTime(start) };
    }

    private async ValueTask<RerankResult> ComputeAsync(RerankRequest request, string model, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfNoRanker();
        if (request.Top < 1)
        {
            throw ExceptionFactory.Option(nameof(request.Top), "must be at least 1", Invariant(request.Top.Value), "1");
        }

        ThrowIfDisposed();
        TokenizedTexts pairs = _rerankPrompt.Value.Encode(request.Query, request.Documents, request.Truncation);
        var options = new EmbeddingJobOptions { Ranks = true, Caller = request.Caller ?? "", Priority = request.Priority };
        float[] scores = (await RunAsync(pairs, options, cancellationToken).ConfigureAwait(false)).Scores;
        var ranked = new RankedDocument[pairs.Count];
        for (int i = 0; i < ranked.Length; i++)
        {
            ranked[i] = new RankedDocument(i, scores[i], pairs.LengthOf(i), pairs.DroppedOf(i));
        }

        Array.Sort(ranked, static (a, b) => b.Score.CompareTo(a.Score) is not 0 and var order ? order : a.Index.CompareTo(b.Index));
        return new RerankResult
        {
            Model = model,
            Documents = request.Top < ranked.Length ? ranked[..request.Top.Value] : ranked,
            Score = RerankScore.Relevance,
            TokenCount = pairs.TokenCount,
            TotalDuration = Stopwatch.GetElapsedTime(start),
        };
    }

    private async Task<EmbeddingJob> RunAsync(TokenizedTexts texts, EmbeddingJobOptions options, CancellationToken cancellationToken)
    {
        var job = new EmbeddingJob(texts, options);
        if (texts.Count == 0)
        {
            return job;
        }

        EmbeddingEngine engine = Start();
        engine.Submit(job);
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                static (state, token) =>
                {
                    (EmbeddingEngine engine, EmbeddingJob job) = ((EmbeddingEngine, EmbeddingJob))state!;
                    engine.Cancel(job, token);
                },
                (engine, job));
            await job.Completion.ConfigureAwait(false);
        }
        finally
        {
            engine.Leave(job);
        }

        return job;
    }

    private EmbeddingEngine Start()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _engine ??= new EmbeddingEngine(_runtime, _model, _adapters, _profile, _needs, _preparation.Limit, _options);
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, typeof(LocalModel));

    private EmbeddingPooling OwnPooling() => _profile.Pooling switch
    {
        llama_pooling_type.LLAMA_POOLING_TYPE_MEAN => EmbeddingPooling.Mean,
        llama_pooling_type.LLAMA_POOLING_TYPE_CLS => EmbeddingPooling.Cls,
        llama_pooling_type.LLAMA_POOLING_TYPE_LAST => EmbeddingPooling.Last,
        llama_pooling_type.LLAMA_POOLING_TYPE_RANK => throw ExceptionFactory.Generation("pooling_missing", "The model ranks documents and says nothing of how to pool vectors", "Ask for a ranking, or choose a pooling."),

        // Only the last token of a decoder has seen the whole text; Ollama takes its vector as well.
        _ when !_needs.WholeTexts => EmbeddingPooling.Last,
        _ => throw ExceptionFactory.Generation("pooling_missing", "The model says nothing of how to pool a text's vectors into one", "Choose a pooling: usually mean for an encoder."),
    };

    private int CheckDimensions(int? dimensions) => dimensions is null || (dimensions >= 1 && dimensions <= Dimensions)
        ? dimensions ?? Dimensions
        : throw ExceptionFactory.Option(nameof(EmbeddingRequest.Dimensions), $"must be from 1 to {Dimensions}", Invariant(dimensions.Value), Invariant(Dimensions));

    private int Limit(int? contextLength) => contextLength switch
    {
        null => _preparation.Limit,
        < 1 => throw ExceptionFactory.Option(nameof(EmbeddingRequest.ContextLength), "must be at least 1", Invariant(contextLength.Value), "1"),
        { } wanted => Math.Min(wanted, _preparation.Limit),
    };

    private void ThrowIfUseless()
    {
        // llama.cpp's own programs refuse it too: which of the two would give the vectors is nowhere said.
        if (_isSequenceToSequence)
        {
            throw ExceptionFactory.Generation("model_cannot_embed", "A model with an encoder and a decoder gives no embeddings", "Use a model made for embeddings.");
        }
    }

    private void ThrowIfNoRanker()
    {
        ThrowIfUseless();
        bool isForVectors = _profile.Pooling is not (llama_pooling_type.LLAMA_POOLING_TYPE_RANK or llama_pooling_type.LLAMA_POOLING_TYPE_UNSPECIFIED);
        if (isForVectors || _profile.RankingOutputs is null)
        {
            throw ExceptionFactory.Generation(
                "model_cannot_rank",
                isForVectors ? "The model is made for embeddings, not for ranking" : "The model has no classification head to rank with",
                "Use a reranker, or compare embeddings.");
        }
    }

    private static string Invariant(int value) => value.ToString(CultureInfo.InvariantCulture);
}
