using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// A GGUF model loaded into this process. All members are safe for concurrent use; requests are computed together, and what
/// their prompts have in common only once.
/// Dispose it to free the memory: running generations end with <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed partial class LocalModel : IEmbedder, IReranker, IAsyncDisposable, IDisposable
{
    private readonly ModelHandle _model;
    private readonly InferenceEngine _engine;
    private readonly ModelChat _chat;
    private readonly AdapterRegistry _adapters;
    private readonly ModelEmbeddings _embeddings;
    private readonly bool _canGenerate;
    private readonly IDisposable? _log;
    private readonly byte[] _digest;

    internal LocalModel(string path, byte[] digest, ModelHandle model, ModelInfo info, Tokenizer tokenizer, AdapterRegistry adapters, InferenceEngine engine, ModelEmbeddings embeddings, bool canGenerate, IDisposable? log)
    {
        _adapters = adapters;
        Path = path;
        Info = info;
        Tokenizer = tokenizer;
        _model = model;
        _engine = engine;
        _chat = new ModelChat(model, tokenizer);
        _embeddings = embeddings;
        _canGenerate = canGenerate;
        _log = log;
        _digest = digest;
        EngineGauges.Add(engine, Name);
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>What the model says of itself.</summary>
    public ModelInfo Info { get; }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public int ContextLength => _engine.ContextLength;

    /// <summary>Where it lies, as it was planned before it was loaded.</summary>
    public required MemoryPlan Memory { get; init; }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The thread that computes; for tests, benchmarks and diagnostics.</summary>
    internal InferenceEngine Engine => _engine;

    /// <summary>What embeds and ranks; for tests and diagnostics.</summary>
    internal ModelEmbeddings Embeddings => _embeddings;

    /// <summary>The adapters themselves; for tests and diagnostics.</summary>
    internal AdapterRegistry AdapterRegistry => _adapters;

    /// <inheritdoc/>
    EmbedderMetadata IEmbedder.Metadata => new() { ProviderName = "localinference", DefaultModel = Name, DefaultDimensions = _embeddings.Dimensions };

    private string Name => Info.Name ?? System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The chat template and how the model writes answers.</summary>
    internal ModelChat Chat => _chat;

    /// <summary>The weights, for further contexts over them.</summary>
    internal ModelHandle Handle => _model;

    /// <summary>Loads a model from a GGUF file (the first part of a split one).</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">How to load it; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told how far the load is, from a thread of the load.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">The file is no model, or one that the engine cannot run.</exception>
    /// <exception cref="ModelMemoryException">Weights or KV cache do not fit.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was loaded is freed in the background.</exception>
    public static Task<LocalModel> LoadAsync(
        string path,
        LocalModelOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ModelLoader.LoadAsync(System.IO.Path.GetFullPath(path), options ?? new LocalModelOptions(), progress, cancellationToken);
    }

    /// <summary>The adapters that requests can choose, in the order of their names.</summary>
    public IReadOnlyList<AdapterInfo> Adapters => _adapters.All;

    /// <summary>
    /// Loads a LoRA adapter or a control vector while the model runs. One of the same name is replaced: requests that have begun go on with the old one,
    /// later ones get the new one.
    /// </summary>
    /// <param name="path">Path of the GGUF file, as <c>convert_lora_to_gguf.py</c>, <c>llama-cvector-generator</c> and our trainer write it.</param>
    /// <param name="name">The name that requests use; <see langword="null"/>: the file's name without its extension.</param>
    /// <param name="cancellationToken">Stops waiting for it; it is loaded all the same.</param>
    /// <exception cref="AdapterException">It is no adapter of this model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<AdapterInfo> LoadAdapterAsync(string path, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AdapterFile file = new(System.IO.Path.GetFullPath(path)) { Name = name };
        cancellationToken.ThrowIfCancellationRequested();
        return await Task.Run(() => Load(file), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Unloads an adapter. Its memory is given back when no request computes with it any more.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Whether it was loaded.</returns>
    public bool UnloadAdapter(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool removed = _adapters.Unload(name);
        LetGoOfAdapters();
        return removed;
    }

    /// <summary>
    /// Continues a text, without any chat template. Without a synchronization context the loop over it runs on a thread that the readers of all models
    /// share; one that blocks it delays the others by a step.
    /// </summary>
    /// <param name="prompt">The text; a begin-of-sequence token is added if the model wants one.</param>
    /// <param name="options">How to generate; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Stops the generation, also inside a long prompt.</param>
    /// <exception cref="ContextLengthException">The prompt does not fit the context.</exception>
    /// <exception cref="GenerationException">An option is out of range, the grammar does not parse, or the model cannot generate.</exception>
    /// <exception cref="AdapterException">An adapter is not loaded.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(
        string prompt,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= GenerationOptions.Default;
        return Stream(Tokenizer.Encode(prompt, parseSpecial: options.ParseSpecialTokens), options, continues: false, cancellationToken);
    }

    /// <summary>Continues a sequence of tokens, which is taken as it is. Its loop runs as that over a text does.</summary>
    /// <param name="promptTokens">The ids; copied before the call returns.</param>
    /// <param name="options">How to generate; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Stops the generation, also inside a long prompt.</param>
    /// <exception cref="ContextLengthException">The prompt does not fit the context.</exception>
    /// <exception cref="GenerationException">An option is out of range, the grammar does not parse, or the model cannot generate.</exception>
    /// <exception cref="AdapterException">An adapter is not loaded.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(
        ReadOnlyMemory<int> promptTokens,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Stream(promptTokens.ToArray(), options ?? GenerationOptions.Default, continues: false, cancellationToken);

    /// <summary>As <see cref="GenerateAsync(ReadOnlyMemory{int}, GenerationOptions, CancellationToken)"/>, where the tokens may be an answer that has begun.</summary>
    /// <param name="prompt">The ids; not changed any more.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="continues">Whether its reader has the beginning already: it is not refused because others wait, and goes before them.</param>
    /// <param name="cancellationToken">Stops the generation.</param>
    internal IAsyncEnumerable<GenerationUpdate> Stream(int[] prompt, GenerationOptions options, bool continues, CancellationToken cancellationToken)
    {
        SamplingValidator.Validate(options, Tokenizer, ContextLength);
        int[] used = Fit(ValidatePrompt(prompt), options);
        return StreamCore(used, Math.Max(0, prompt.Length - used.Length), options, continues, cancellationToken);
    }

    /// <summary>
    /// Turns texts into vectors, by a context of its own that is made for the first request. The texts of all requests are computed
    /// together; callers share the engine by tokens. Any model can embed. Texts are tokenized on the calling thread.
    /// </summary>
    /// <param name="request">The texts, and how. Its model's name is not looked at, but given back.</param>
    /// <param name="cancellationToken">Stops the work; nothing is returned then.</param>
    /// <returns>A vector for each text, in the order of the request; none for no texts.</returns>
    /// <exception cref="ContextLengthException">A text has more tokens than <see cref="ContextLength"/> and is not to be cut.</exception>
    /// <exception cref="GenerationException">
    /// An option is out of range (<c>invalid_option</c>); an encoder says no pooling and none is given (<c>pooling_missing</c>); it has
    /// both an encoder and a decoder (<c>model_cannot_embed</c>); a text has no tokens (<c>text_empty</c>) or unknown ones
    /// (<c>token_unknown</c>); a vector is not finite (<c>embedding_not_finite</c>).
    /// </exception>
    /// <exception cref="ModelMemoryException">There is not enough memory for a text as long as this.</exception>
    /// <exception cref="BusyException"><see cref="LocalModelOptions.QueueLimit"/> requests are not done yet.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _embeddings.EmbedAsync(request, request.Model ?? Name, cancellationToken);
    }

    /// <summary>
    /// Orders documents by how well they answer a query, with a model that has a classification head for that. A score is the first
    /// output of the head: for most models a logit, for Qwen3's rerankers a probability.
    /// </summary>
    /// <param name="request">The query and the documents. Its model's name is not looked at, but given back.</param>
    /// <param name="cancellationToken">Stops the work; nothing is returned then.</param>
    /// <returns>The documents, best first; none for no documents.</returns>
    /// <exception cref="ContextLengthException">A document has, with the query, more tokens than <see cref="ContextLength"/> and is not to be cut, or the query alone has.</exception>
    /// <exception cref="GenerationException">An option is out of range (<c>invalid_option</c>), or the model does not rank (<c>model_cannot_rank</c>).</exception>
    /// <exception cref="ModelMemoryException">There is not enough memory for a text as long as this.</exception>
    /// <exception cref="BusyException"><see cref="LocalModelOptions.QueueLimit"/> requests are not done yet.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _embeddings.RerankAsync(request, request.Model ?? Name, cancellationToken);
    }

    /// <summary>
    /// Turns a conversation into the prompt tokens of a chat template, the model's own if none is given, ready for the assistant's answer.
    /// Special tokens spelled in the messages stay text.
    /// </summary>
    /// <exception cref="GenerationException">
    /// The model has no template (<c>template_missing</c>), or it fails (<c>template_failed</c>) or refuses the conversation (<c>template_refused</c>).
    /// </exception>
    internal int[] RenderChat(ChatPromptRequest request, PromptTemplate? template = null) => _chat.Encode(request, template);

    /// <inheritdoc/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        EngineGauges.Remove(_engine);
        await _embeddings.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
        _adapters.Dispose();
        _model.Dispose();
        _log?.Dispose();
    }

    private AdapterInfo Load(AdapterFile file)
    {
        AdapterInfo info = _adapters.Load(file.EffectiveName, file.Path);

        // One of the same name is replaced, and given back if nobody computes with it.
        LetGoOfAdapters();
        return info;
    }

    // Engines that sleep keep what they computed with last.
    private void LetGoOfAdapters()
    {
        _engine.Resume();
        _embeddings.LetGoOfAdapters();
    }

    private async IAsyncEnumerable<GenerationUpdate> StreamCore(
        int[] prompt,
        int dropped,
        GenerationOptions options,
        bool continues,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stops = new StopSequences(options.StopSequences);
        cancellationToken.ThrowIfCancellationRequested();
        var job = new GenerationJob(prompt, options, stops, _adapters.Acquire(options.Adapters)) { DroppedPromptTokens = dropped, Continues = continues };
        var text = new TextAssembler(job.Stops);
        byte[] piece = new byte[Tokenizer.LongestPiece];
        _engine.Submit(job);
        try
        {
            // The engine is told at once, too: a reader that is busy with what it has may come back late.
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                static (state, token) =>
                {
                    (InferenceEngine engine, GenerationJob cancelled) = ((InferenceEngine, GenerationJob))state!;
                    cancelled.Fail(new OperationCanceledException(token));
                    engine.Cancel(cancelled);
                },
                (_engine, job));
            while (true)
            {
                // Who cancels gets no end of an answer, even if there was one already.
                cancellationToken.ThrowIfCancellationRequested();
                if (!await job.Events.WaitToReadAsync().ConfigureAwait(false))
                {
                    break;
                }

                while (job.Events.TryRead(out TokenEvent e))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (job.Take())
                    {
                        _engine.Resume();
                    }

                    yield return e switch
                    {
                        { Finish: { } reason } => new GenerationUpdate { Text = text.Finish(), FinishReason = reason, Usage = job.Usage },
                        { Processed: { } processed } => new GenerationUpdate { Text = "", ProcessedPromptTokens = processed },
                        _ => new GenerationUpdate
                        {
                            Text = text.Append(piece.AsSpan(0, Tokenizer.CopyBytes(e.Token, piece))),
                            Token = e.Token,
                            LogProbability = e.LogProbability,
                            TopLogProbabilities = e.Top ?? [],
                        },
                    };
                }
            }
        }
        finally
        {
            // A reader that leaves early takes its job with it.
            _engine.Cancel(job);
        }
    }

    private int[] ValidatePrompt(int[] prompt)
    {
        if (!_canGenerate)
        {
            throw ExceptionFactory.Generation("model_cannot_generate", $"A model of architecture '{Info.Architecture}' does not continue texts", "Use a decoder model such as llama, qwen2 or gemma.");
        }

        if (prompt.Length == 0)
        {
            prompt = [Tokenizer.BeginOfSequence ?? throw ExceptionFactory.Generation("prompt_empty", "The prompt is empty, and the model has no begin-of-sequence token to start from", "Give at least one token.")];
        }

        return ValidateTokens(prompt);
    }

    private int[] ValidateTokens(int[] tokens)
    {
        foreach (int token in tokens)
        {
            if (!Tokenizer.IsKnown(token))
            {
                throw ExceptionFactory.TokenUnknown(token, Tokenizer.VocabularySize);
            }
        }

        return tokens;
    }

    // A prompt has to leave room for one token at least; one that is cut leaves a quarter.
    private int[] Fit(int[] prompt, GenerationOptions options)
    {
        int length = options.ContextLength ?? ContextLength;
        if (prompt.Length < length)
        {
            return prompt;
        }

        if (options.KeepOnOverflow is not { } keep)
        {
            throw ExceptionFactory.ContextLength(prompt.Length, length);
        }

        int used = Math.Max(1, length - Math.Max(1, length / 4));
        keep = Math.Min(keep, used / 2);
        return [.. prompt[..keep], .. prompt[^(used - keep)..]];
    }
}
