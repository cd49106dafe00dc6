using System.Collections.Concurrent;
using System.Diagnostics;
using System.Numerics.Tensors;
using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// Runs one model's requests, in order of arrival, on a thread of its own that owns the context. Everything else talks to it
/// through jobs. Per generated token it allocates nothing.
/// </summary>
internal sealed class InferenceEngine : IAsyncDisposable
{
    // Grammars are parsed recursively; GrammarValidator's limits fit into this.
    private const int StackBytes = 16 << 20;

    private readonly ModelHandle _model;
    private readonly Tokenizer _tokenizer;
    private readonly InferenceContext _context;
    private readonly CandidateBuffer _candidates;
    private readonly ThreadGovernor _governor;
    private readonly CpuLoad? _load;
    private readonly byte[] _piece;
    private readonly BlockingCollection<GenerationJob> _queue = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private volatile GenerationJob? _current;
    private bool _stopping;

    public InferenceEngine(ModelHandle model, Tokenizer tokenizer, InferenceContext context, ThreadGovernor governor, CpuLoad? load)
    {
        _model = model;
        _tokenizer = tokenizer;
        _context = context;
        _governor = governor;
        _load = load;
        _candidates = new CandidateBuffer(context.VocabularySize);
        _piece = new byte[tokenizer.LongestPiece];
        ContextLength = context.Length;
        new Thread(Run, StackBytes) { IsBackground = true, Name = "LocalInference engine" }.Start();
    }

    public int ContextLength { get; }

    /// <summary>Managed bytes that the engine thread allocated for generated tokens, first token of each request excluded.</summary>
    public long DecodeAllocatedBytes { get; private set; }

    /// <summary>Threads that compute at present.</summary>
    public int Threads => _governor.Threads;

    /// <summary>Queues a job.</summary>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    public void Submit(GenerationJob job)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(LocalModel));
            _queue.Add(job);
        }
    }

    /// <summary>Stops a job, queued or running, also inside a long prompt.</summary>
    public void Cancel(GenerationJob job)
    {
        job.MarkCancelled();
        lock (_gate)
        {
            // The lock orders this against the change of jobs and against the release of the context.
            if (_current == job && !_stopped.Task.IsCompleted)
            {
                _context.RequestAbort();
            }
        }
    }

    /// <summary>Ends all jobs, frees the context and completes when the thread has ended.</summary>
    public ValueTask DisposeAsync()
    {
        GenerationJob? running;
        lock (_gate)
        {
            running = _current;
            if (!_stopping)
            {
                _stopping = true;
                _queue.CompleteAdding();
            }
        }

        if (running is not null)
        {
            Cancel(running);
        }

        return new ValueTask(_stopped.Task);
    }

    private void Run()
    {
        foreach (GenerationJob job in _queue.GetConsumingEnumerable())
        {
            lock (_gate)
            {
                _current = job;
                _context.ResetAbort();
            }

            ActiveEngines.Enter();
            Process(job);
            ActiveEngines.Leave();
            lock (_gate)
            {
                _current = null;
            }
        }

        lock (_gate)
        {
            _context.Dispose();
            _candidates.Dispose();
            _load?.Dispose();
            _queue.Dispose();
            _stopped.SetResult();
        }
    }

    private void Process(GenerationJob job)
    {
        try
        {
            if (Volatile.Read(ref _stopping))
            {
                job.Fail(new ObjectDisposedException(nameof(LocalModel)));
            }
            else if (!job.IsCancelled)
            {
                Generate(job);
            }

            if (job.IsCancelled)
            {
                job.Fail(Volatile.Read(ref _stopping) ? new ObjectDisposedException(nameof(LocalModel)) : new OperationCanceledException());
            }
        }
        catch (Exception e)
        {
            // Whatever it was, it belongs to the request; the thread serves the next one.
            job.Fail(e);
        }
    }

    private void Generate(GenerationJob job)
    {
        using var sampler = new TokenSampler(job.Options, _model, ContextLength, _candidates);
        long start = Stopwatch.GetTimestamp();
        int reused = _context.Reuse(job.Prompt);
        if (!Prefill(job, reused))
        {
            return;
        }

        foreach (int token in job.Prompt)
        {
            sampler.AcceptPrompt(token);
        }

        long prefilled = Stopwatch.GetTimestamp();
        (FinishReason Reason, int Tokens)? end = DecodeLoop(job, sampler);
        if (end is { } e)
        {
            job.Finish(e.Reason, new GenerationUsage
            {
                PromptTokens = job.Prompt.Length,
                CachedPromptTokens = reused,
                GeneratedTokens = e.Tokens,
                PromptDuration = Stopwatch.GetElapsedTime(start, prefilled),
                GenerationDuration = Stopwatch.GetElapsedTime(prefilled),
            });
        }
    }

    // False: cancelled.
    private bool Prefill(GenerationJob job, int done)
    {
        while (done < job.Prompt.Length)
        {
            int count = Math.Min(_context.BatchSize, job.Prompt.Length - done);
            if (!Step(job, job.Prompt.AsSpan(done, count), wantLogits: done + count == job.Prompt.Length))
            {
                return false;
            }

            done += count;
        }

        return true;
    }

    // Null: cancelled.
    private (FinishReason Reason, int Tokens)? DecodeLoop(GenerationJob job, TokenSampler sampler)
    {
        GenerationOptions options = job.Options;
        int limit = options.MaxTokens ?? int.MaxValue;
        LogProbabilities? logProbabilities = options.LogProbabilities is { } top ? new(_context.VocabularySize, top) : null;
        var stop = new StopCursor(job.Stops);
        Span<int> next = stackalloc int[1];
        long allocatedBefore = -1;

        for (int generated = 0; ; generated++)
        {
            if (generated >= limit)
            {
                return (FinishReason.MaxTokens, generated);
            }

            ReadOnlySpan<float> logits = Logits();
            int token = sampler.Sample(logits);
            if (token < 0)
            {
                return (FinishReason.GrammarComplete, generated);
            }

            if (!options.IgnoreEndOfGeneration && _tokenizer.IsEndOfGeneration(token))
            {
                return (FinishReason.EndOfGeneration, generated);
            }

            job.Write(logProbabilities is null ? TokenEvent.Of(token) : WithLogProbability(logProbabilities, logits, token));
            if (Completes(stop, job.Stops, token))
            {
                return (FinishReason.StopSequence, generated + 1);
            }

            if (_context.CachedCount >= ContextLength)
            {
                return (FinishReason.ContextFull, generated + 1);
            }

            // The last token of all needs no computing: nothing follows it.
            next[0] = token;
            if (generated + 1 < limit && !Step(job, next, wantLogits: true))
            {
                return null;
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread();
            DecodeAllocatedBytes += allocatedBefore < 0 ? 0 : allocated - allocatedBefore;
            allocatedBefore = allocated;
        }
    }

    // False: cancelled.
    private bool Step(GenerationJob job, ReadOnlySpan<int> tokens, bool wantLogits)
    {
        while (!job.IsCancelled)
        {
            long start = Stopwatch.GetTimestamp();
            int before = _context.CachedCount;
            bool finished = _context.Decode(tokens, wantLogits);
            if (_governor.AfterStep(Stopwatch.GetElapsedTime(start), tokens.Length))
            {
                _context.SetThreads(_governor.Threads);
            }

            if (finished)
            {
                return true;
            }

            // An abort meant for a job that had just ended: go on where it struck.
            if (!job.IsCancelled)
            {
                _context.ResetAbort();
                tokens = _context.CachedCount >= before
                    ? tokens[(_context.CachedCount - before)..]
                    : throw ExceptionFactory.NativeLibrary("An interrupted step lost the KV cache", "Send the request again.");
            }
        }

        return false;
    }

    private ReadOnlySpan<float> Logits()
    {
        ReadOnlySpan<float> logits = _context.Logits;

        // NaN would make the samplers' sorts run out of their arrays. Max hands a NaN on.
        return float.IsFinite(TensorPrimitives.Max(logits))
            ? logits
            : throw ExceptionFactory.Generation("logits_invalid", "The model computed logits that are not numbers", "Check the file with `localinference inspect`; its weights are damaged.");
    }

    private bool Completes(StopCursor cursor, StopSequences stops, int token)
    {
        if (stops.Patterns.Length == 0)
        {
            return false;
        }

        foreach (byte value in _piece.AsSpan(0, _tokenizer.CopyBytes(token, _piece)))
        {
            if (cursor.Advance(value))
            {
                return true;
            }
        }

        return false;
    }

    private static TokenEvent WithLogProbability(LogProbabilities logProbabilities, ReadOnlySpan<float> logits, int token)
    {
        (float chosen, TokenLogProbability[] top) = logProbabilities.Of(logits, token);
        return new(token, chosen, top, null);
    }
}
