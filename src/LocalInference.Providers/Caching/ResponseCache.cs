using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics.Tensors;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Keeps answers, and gives them to requests that are the same, or, where it is configured, about the same; and lets a request join one that
/// is being answered. It does so for requests whose temperature is 0 or that ask for it (<see cref="GenerationRequest.ReuseAnswers"/>).
/// It stands around whoever answers: <c>cache.Over(meter.Over(router.Generator))</c>. An answer is not given out again once its model's digest
/// is another, and not kept at all where a fallback made it, where it calls functions, or where it was cut or withheld.
/// <see cref="GenerationUsage.Reuse"/> says where an answer comes from. Safe for concurrent use.
/// </summary>
public sealed partial class ResponseCache
{
    private static readonly Counter<long> s_requests = ProvidersTelemetry.Meter.CreateCounter<long>("localinference.cache.requests", "{request}", "Requests that the response cache takes, by what became of them.");

    private readonly ResponseCacheOptions _options;
    private readonly IModelCatalog? _catalog;
    private readonly IEmbedder? _embedder;
    private readonly UsageMeter? _meter;
    private readonly ILogger _log;
    private readonly AnswerStore _store;

    /// <summary>Makes a cache.</summary>
    /// <param name="options">How answers are kept.</param>
    /// <param name="catalog">Knows the digests of models; <see langword="null"/>: answers outlive their model until their time is over.</param>
    /// <param name="embedder">
    /// Embeds questions, for similar ones. It has to run on this machine: requests that must not leave it are embedded too.
    /// <see langword="null"/>: only same requests are told.
    /// </param>
    /// <param name="meter">Writes down reused answers; <see langword="null"/>: nobody does.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <param name="loggerFactory">Where failures of the embedder are logged; <see langword="null"/>: nowhere.</param>
    /// <exception cref="GenerationException">Something in the options is wrong (<c>configuration_invalid</c>).</exception>
    public ResponseCache(ResponseCacheOptions options, IModelCatalog? catalog = null, IEmbedder? embedder = null, UsageMeter? meter = null, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ConfigurationFaults.Throw(options.Faults());
        _options = options;
        _catalog = catalog;
        _embedder = embedder;
        _meter = meter;
        _log = loggerFactory?.CreateLogger("LocalInference.Providers") ?? NullLogger.Instance;
        Time = timeProvider ?? TimeProvider.System;
        _store = new AnswerStore(options, Time);
    }

    /// <summary>Answers that are kept.</summary>
    public int Count => _store.Count;

    /// <summary>About how many bytes they take.</summary>
    public long Bytes => _store.Bytes;

    internal TimeProvider Time { get; }

    /// <summary>Requests that are being answered. A request may only join one of the same generator, whose events are those that it wants.</summary>
    internal ConcurrentDictionary<(ITextGenerator Generator, AnswerKey Key, bool ReportsProgress), SharedAnswer> Running { get; } = new();

    /// <summary>A generator whose answers are kept. Several may share a cache if they have the same models.</summary>
    /// <param name="generator">Who answers.</param>
    public ITextGenerator Over(ITextGenerator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return new CachedTextGenerator(generator, this);
    }

    /// <summary>Forgets all answers.</summary>
    public void Clear() => _store.Clear();

    /// <summary>The key of a request that the cache takes; <see langword="null"/>: it has nothing to do with it.</summary>
    internal AnswerKey? KeyOf(GenerationRequest request) =>
        request.ReuseAnswers ?? request.Sampling.Temperature <= 0 ? RequestKey.Exact(request, _options.IsShared) : null;

    internal bool Coalesces => _options.Coalesces;

    /// <summary>The answer that is kept for the same request.</summary>
    internal async ValueTask<KeptAnswer?> FindAsync(AnswerKey key, CancellationToken cancellationToken) =>
        _store.Find(key) is { } answer && await IsValidAsync(key, answer, cancellationToken).ConfigureAwait(false) ? answer : null;

    /// <summary>The answer that is kept for a similar question.</summary>
    internal async ValueTask<KeptAnswer?> FindSimilarAsync(Question question, CancellationToken cancellationToken) =>
        _store.FindSimilar(question, _options.SimilarityThreshold!.Value) is var (key, answer) && await IsValidAsync(key, answer, cancellationToken).ConfigureAwait(false) ? answer : null;

    /// <summary>What can be compared with other questions; <see langword="null"/>: nothing, or it is not wanted.</summary>
    internal async ValueTask<Question?> QuestionAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (_embedder is null || _options.SimilarityThreshold is null || request.Input is not ChatInput { ContinueFinalMessage: false, Messages: [.., { } last] }
            || last.Role != ChatRole.User || !last.Contents.All(static content => content is TextContent) || string.IsNullOrWhiteSpace(last.Text)
            || RequestKey.WithoutQuestion(request, _options.IsShared, last) is not { } conversation)
        {
            return null;
        }

        try
        {
            EmbeddingResult result = await _embedder.EmbedAsync(new EmbeddingRequest { Inputs = [last.Text], Model = _options.EmbeddingModel, Caller = request.Caller }, cancellationToken).ConfigureAwait(false);
            float[] vector = result.Embeddings[0].Vector.ToArray();
            float length = TensorPrimitives.Norm(vector);
            TensorPrimitives.Divide(vector, length, vector);
            return float.IsFinite(length) && length > 0 ? new Question(conversation, vector) : null;
        }
        catch (LocalInferenceException e)
        {
            // A question that is too long, or a model that is not there, costs a hit and never the answer.
            Log.NotEmbedded(_log, e.Code);
            return null;
        }
    }

    /// <summary>Keeps an answer, if it is one to keep.</summary>
    internal void Keep(AnswerKey key, IReadOnlyList<GenerationEvent> events, string? digest, Question? question)
    {
        if (KeptAnswer.Of(events, digest) is { } answer)
        {
            _store.Add(key, answer, question);
        }
    }

    /// <summary>What a model is made of at present.</summary>
    internal async ValueTask<string?> DigestAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            return _catalog is null ? null : (await _catalog.FindModelAsync(model, cancellationToken).ConfigureAwait(false))?.Digest;
        }
        catch (LocalInferenceException)
        {
            // It cannot be described; then nothing that is known of it can change either.
            return null;
        }
    }

    internal static void Took(AnswerReuse reuse) => s_requests.Add(1, new KeyValuePair<string, object?>("outcome", reuse switch
    {
        AnswerReuse.Exact => "exact",
        AnswerReuse.Similar => "similar",
        AnswerReuse.Shared => "shared",
        _ => "miss",
    }));

    /// <summary>Writes down an answer that was made for another request.</summary>
    internal void Reused(GenerationRequest request, GenerationStarted started, GenerationUsage usage, ITextGenerator generator) => _meter?.Reused(new UsageEntry
    {
        Time = Time.GetUtcNow(),
        Caller = request.Caller,
        Requested = request.Model,
        Model = started.Route?.Model ?? started.Model,
        Provider = started.Route?.Provider ?? generator.Metadata.ProviderName,
        Operation = request.Input is ChatInput ? "chat" : "text_completion",
        Outcome = "ok",
        PromptTokens = usage.PromptTokens,
        CachedPromptTokens = usage.CachedPromptTokens,
        GeneratedTokens = usage.GeneratedTokens,
        ReasoningTokens = usage.ReasoningTokens,
        Cost = 0,
        Reuse = usage.Reuse,
    });

    private async ValueTask<bool> IsValidAsync(AnswerKey key, KeptAnswer answer, CancellationToken cancellationToken)
    {
        if (await DigestAsync(answer.Model, cancellationToken).ConfigureAwait(false) == answer.Digest)
        {
            return true;
        }

        _store.Remove(key, answer);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(230, LogLevel.Debug, "A question could not be embedded for the response cache ({Code})")]
        public static partial void NotEmbedded(ILogger logger, string code);
    }
}
