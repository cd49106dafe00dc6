using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Samples with our own chain and our own grammar.</summary>
internal sealed class ManagedTokenSampler : TokenSampler
{
    private readonly CandidateBuffer _buffer;
    private readonly SamplerChain? _chain;
    private readonly GrammarConstraint? _grammar;

    /// <param name="options">The request's options, already validated.</param>
    /// <param name="tokenizer">Of the model whose vocabulary is sampled.</param>
    /// <param name="contextLength">What "the whole context" means for penalties.</param>
    /// <param name="buffer">The context's buffer.</param>
    public ManagedTokenSampler(GenerationOptions options, Tokenizer tokenizer, int contextLength, CandidateBuffer buffer)
        : base(options.Sampling)
    {
        _buffer = buffer;
        if (options.Grammar is { } grammar)
        {
            _grammar = new GrammarConstraint(buffer.StatesOf(tokenizer.Grammars.Get(grammar)));
        }

        _chain = SamplerChain.IsPlainGreedy(options.Sampling, tokenizer.SuppressedTokens.Length > 0)
            ? null
            : new SamplerChain(options.Sampling, tokenizer, contextLength, Seed);
    }

    public override void AcceptPrompt(int token) => _chain?.Accept(token);

    public override int Sample(Span<float> logits, LogitPeak peak)
    {
        int token = Choose(logits, peak);
        if (_grammar is not null)
        {
            if (!_grammar.Allows(token))
            {
                Span<float> masked = _buffer.Row;
                if (!_grammar.Mask(logits, masked))
                {
                    return -1;
                }

                // The samplers draw once more, as llama.cpp's do.
                token = Choose(masked, LogitPeak.Of(masked));
                if (!_grammar.Allows(token))
                {
                    // What the grammar allows is forbidden otherwise.
                    return -1;
                }
            }

            _grammar.Accept(token);
        }

        _chain?.Accept(token);
        return token;
    }

    public override void Dispose()
    {
        // All of it is managed.
    }

    private int Choose(Span<float> logits, LogitPeak peak) => _chain is null ? peak.Token : _chain.Choose(logits, peak, _buffer);
}
