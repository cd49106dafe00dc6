using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Samples with llama.cpp's own samplers and its own grammar: what ours are compared with.</summary>
internal sealed unsafe class NativeTokenSampler : TokenSampler
{
    private readonly CandidateBuffer _buffer;
    private readonly SamplerHandle? _chain;
    private readonly SamplerHandle? _grammar;

    /// <param name="options">The request's options, already validated.</param>
    /// <param name="model">The model whose vocabulary is sampled.</param>
    /// <param name="contextLength">What "the whole context" means for penalties.</param>
    /// <param name="buffer">The context's buffer.</param>
    /// <exception cref="GenerationException">The grammar does not parse.</exception>
    public NativeTokenSampler(GenerationOptions options, ModelHandle model, int contextLength, CandidateBuffer buffer)
        : base(options.Sampling)
    {
        _buffer = buffer;
        if (options.Grammar is { } grammar)
        {
            _grammar = NativeSamplerChain.CreateGrammar(grammar, model)
                ?? throw ExceptionFactory.Generation("grammar_invalid", "The grammar does not parse", "Check it against llama.cpp's grammars/README.md; the start symbol is root.");
        }

        int suppressed;
        Llama.llama_vocab_get_suppress_tokens(model.Vocabulary, &suppressed);
        _chain = SamplerChain.IsPlainGreedy(options.Sampling, suppressed > 0)
            ? null
            : NativeSamplerChain.Create(options.Sampling, model, contextLength, Seed);
    }

    public override void AcceptPrompt(int token)
    {
        if (_chain is not null)
        {
            Llama.llama_sampler_accept(_chain.Pointer, token);
        }
    }

    public override int Sample(Span<float> logits, LogitPeak peak)
    {
        int token = _chain is null ? peak.Token : Choose(_buffer.FillNative(logits));
        if (_grammar is not null && !Allows(token))
        {
            llama_token_data_array all = _buffer.FillNative(logits);
            Llama.llama_sampler_apply(_grammar.Pointer, &all);
            token = _chain is null ? Largest(all) : Choose(all);

            // With every token masked, the chain still picks one: only the grammar can say that it is none of its own.
            // Accepting a token that the grammar forbids would abort the process.
            if (!Allows(token))
            {
                return -1;
            }
        }

        if (_grammar is not null)
        {
            Llama.llama_sampler_accept(_grammar.Pointer, token);
        }

        if (_chain is not null)
        {
            Llama.llama_sampler_accept(_chain.Pointer, token);
        }

        return token;
    }

    public override void Dispose()
    {
        _chain?.Dispose();
        _grammar?.Dispose();
    }

    private int Choose(llama_token_data_array candidates)
    {
        Llama.llama_sampler_apply(_chain!.Pointer, &candidates);

        // A truncating sampler never empties the list, and the last sampler of every chain selects.
        return candidates.data[candidates.selected].id;
    }

    private static int Largest(llama_token_data_array candidates)
    {
        var data = new ReadOnlySpan<llama_token_data>(candidates.data, (int)candidates.size);
        int best = 0;
        for (int i = 1; i < data.Length; i++)
        {
            if (data[i].logit > data[best].logit)
            {
                best = i;
            }
        }

        return data[best].id;
    }

    private bool Allows(int token)
    {
        var one = new llama_token_data { id = token, logit = 1 };
        var array = new llama_token_data_array { data = &one, size = 1, selected = -1 };
        Llama.llama_sampler_apply(_grammar!.Pointer, &array);
        return !float.IsNegativeInfinity(one.logit);
    }
}
