using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// A smaller model that guesses what the model will say: its weights, and a context of its own with as many sequences. Owned by the
/// engine thread of the model that it guesses for.
/// </summary>
internal sealed class DraftModel : IDisposable
{
    // Of the texts that it has not seen it computes so much in a step, of all of them together, while others wait for their token.
    private const int MostTokensBehind = 256;

    // Vocabularies of one family differ by unused tokens at their end; llama.cpp allows as many (common/speculative.cpp).
    private const int MostTokensMore = 128;

    private const double Weight = 0.1;

    private readonly ModelHandle _weights;
    private readonly InferenceContext _context;

    // Threads from the next computation on; null: as before. The context frees a pool only after it has computed with its successor.
    private int? _nextThreads;

    // What is left of that in the step.
    private int _left;

    private DraftModel(ModelHandle weights, InferenceContext context, int vocabularySize)
    {
        _weights = weights;
        _context = context;
        VocabularySize = vocabularySize;
        BeginStep();
    }

    /// <summary>Tokens that both models know.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens that a text may have for it to go on.</summary>
    public int Length => _context.Length;

    /// <summary>What a token takes, as measured; 0: it was not.</summary>
    public double SecondsPerToken { get; private set; }

    /// <summary>Loads one.</summary>
    /// <param name="runtime">The native libraries.</param>
    /// <param name="prepared">Its file.</param>
    /// <param name="memory">Where it is to lie.</param>
    /// <param name="tokenizer">The tokenizer of the model that it is to guess for.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <exception cref="ModelUnsupportedException">The engine cannot run it, or it cannot guess for that model.</exception>
    /// <exception cref="ModelMemoryException">Weights or KV cache do not fit.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static DraftModel Load(NativeRuntime runtime, PreparedModel prepared, MemoryPlan memory, Tokenizer tokenizer, int threads, CancellationToken cancellationToken)
    {
        ModelHandle weights = ModelWeights.Load(prepared.Path, prepared.File.Mends, prepared.Options, memory, progress: null, cancellationToken);
        InferenceContext? context = null;
        try
        {
            int vocabularySize = Compare(prepared.Path, new Tokenizer(weights), tokenizer);
            ContextPlan plan = ContextPlan.For(weights, prepared.Options, memory);
            if (plan.ForgetsWholly)
            {
                throw ExceptionFactory.ModelUnsupported(prepared.Path, "a recurrent model cannot take back guesses, so it is no draft model");
            }

            context = new InferenceContext(runtime, weights, plan, threads);
            return context.CanGenerate
                ? new DraftModel(weights, context, vocabularySize)
                : throw ExceptionFactory.ModelUnsupported(prepared.Path, "it does not continue texts, so it is no draft model");
        }
        catch
        {
            context?.Dispose();
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Begins a step: there is again as much for <see cref="Take"/> to give.</summary>
    public void BeginStep() => _left = Math.Min(MostTokensBehind, _context.Batch.Capacity);

    /// <summary>How many tokens at the end of a text it may compute in this step, by one call of <see cref="TryNext"/>; 0: none.</summary>
    /// <param name="behind">Tokens that it has not computed.</param>
    public int Take(int behind)
    {
        // As many as one step chooses: guesses at a text that is followed closely do not wait for those that are not.
        if (behind <= Math.Min(Speculation.MostGuesses + 1, _context.Batch.Capacity))
        {
            return behind;
        }

        int taken = Math.Min(behind, _left);
        _left -= taken;
        return taken;
    }

    /// <summary>A sequence for a text, with what is cached of its start; <see langword="null"/>: none is free.</summary>
    /// <param name="text">The text, not empty.</param>
    /// <param name="tokens">Tokens that it may grow to, so that growing allocates nothing.</param>
    public KvSequence? Begin(ReadOnlySpan<int> text, int tokens)
    {
        KvSequence? sequence = _context.Cache.Acquire(AdapterSet.None, text);
        if (sequence is not null)
        {
            KvCache.Reserve(sequence, tokens - sequence.Length);
        }

        return sequence;
    }

    /// <summary>Keeps a sequence for texts with the same start.</summary>
    public void End(KvSequence sequence) => _context.Cache.Release(sequence);

    /// <summary>Forgets the end of a sequence.</summary>
    public void Truncate(KvSequence sequence, int length) => _context.Cache.Truncate(sequence, length);

    /// <summary>Computes tokens at the end of a sequence, and says which one would follow.</summary>
    /// <returns>Whether there was room, it was not interrupted, and there is a token that both models know.</returns>
    /// <exception cref="NativeLibraryException">llama.cpp failed.</exception>
    public bool TryNext(KvSequence sequence, ReadOnlySpan<int> tokens, out int next)
    {
        next = 0;
        if (!_context.Cache.TryFree(tokens.Length))
        {
            return false;
        }

        if (_nextThreads is { } threads)
        {
            _context.SetThreads(threads);
            _nextThreads = null;
        }

        long start = Stopwatch.GetTimestamp();
        _context.Batch.Clear();
        int row = _context.Batch.Add(tokens, sequence.Length, sequence.Id, logits: 1);
        if (!_context.Decode())
        {
            _context.Cache.DropUncounted(sequence);
            return false;
        }

        _context.Cache.Append(sequence, tokens);
        LogitPeak peak = LogitPeak.Of(_context.Logits(row));
        if (tokens.Length == 1)
        {
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            SecondsPerToken = SecondsPerToken == 0 ? seconds : SecondsPerToken + ((seconds - SecondsPerToken) * Weight);
        }

        next = peak.Token;
        return peak.IsValid && next < VocabularySize;
    }

    /// <summary>Whether llama.cpp holds what the mirror of its cache says; for tests and the soak.</summary>
    public bool EqualsNative() => _context.Cache.EqualsNative();

    /// <summary>Interrupts what it computes, until <see cref="ResetAbort"/>. Callable from any thread.</summary>
    public void RequestAbort() => _context.RequestAbort();

    public void ResetAbort() => _context.ResetAbort();

    /// <summary>Computes with this many threads from now on. Costs nothing until it computes.</summary>
    public void SetThreads(int threads) => _nextThreads = threads;

    public void Dispose()
    {
        _context.Dispose();
        _weights.Dispose();
    }

    private static int Compare(string path, Tokenizer own, Tokenizer other)
    {
        int shared = Math.Min(own.VocabularySize, other.VocabularySize);
        if (Math.Abs(own.VocabularySize - other.VocabularySize) > MostTokensMore)
        {
            throw ExceptionFactory.ModelUnsupported(path, $"a draft model needs the vocabulary of the model, and has {own.VocabularySize} tokens where that has {other.VocabularySize}");
        }

        for (int token = 0; token < shared; token++)
        {
            if (!string.Equals(own.GetName(token), other.GetName(token), StringComparison.Ordinal))
            {
                throw ExceptionFactory.ModelUnsupported(path, $"a draft model needs the vocabulary of the model, and token {token} is another one");
            }
        }

        return shared;
    }
}
