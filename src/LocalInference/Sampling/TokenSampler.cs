using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Chooses the tokens of one request. The grammar is asked about the chosen token only, and about the whole vocabulary only
/// after it refused one: far cheaper, with the same result. Owned by the engine thread; allocates nothing per token but a grammar's
/// states that come for the first time.
/// </summary>
internal abstract class TokenSampler : IDisposable
{
    private protected TokenSampler(SamplingOptions options)
    {
        // llama.cpp reads the largest number as the wish for a random one.
        Seed = options.Seed ?? (uint)Random.Shared.NextInt64(uint.MaxValue);
    }

    /// <summary>The seed in use.</summary>
    public uint Seed { get; }

    /// <param name="options">The request's options, already validated.</param>
    /// <param name="tokenizer">Of the model whose vocabulary is sampled.</param>
    /// <param name="contextLength">What "the whole context" means for penalties.</param>
    /// <param name="buffer">The context's buffer.</param>
    /// <exception cref="GenerationException">The grammar does not parse.</exception>
    public static TokenSampler Create(GenerationOptions options, Tokenizer tokenizer, int contextLength, CandidateBuffer buffer) =>
        options.Sampling.UseNativeSamplers
            ? new NativeTokenSampler(options, tokenizer.Model, contextLength, buffer)
            : new ManagedTokenSampler(options, tokenizer, contextLength, buffer);

    /// <summary>Shows a prompt token to the penalties. The grammar is about the answer only.</summary>
    public abstract void AcceptPrompt(int token);

    /// <summary>Chooses the next token and takes it into account; -1 when the grammar allows none.</summary>
    /// <param name="logits">One row of logits, each a number. It is changed meanwhile, and as it was afterwards.</param>
    /// <param name="peak">Its largest.</param>
    /// <exception cref="GenerationException">The grammar can be read in too many ways at once.</exception>
    public abstract int Sample(Span<float> logits, LogitPeak peak);

    /// <summary>Frees what it holds outside of managed memory.</summary>
    public abstract void Dispose();
}
