using System.Numerics.Tensors;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Chooses the tokens of one request. The grammar is asked about the chosen token only, and about the whole vocabulary only
/// after it refused one: far cheaper, with the same result. Owned by the engine thread; allocates nothing per token.
/// </summary>
internal sealed unsafe class TokenSampler : IDisposable
{
    private readonly CandidateBuffer _candidates;
    private readonly SamplerHandle? _chain;
    private readonly SamplerHandle? _grammar;

    /// <param name="options">The request's options, already validated.</param>
    /// <param name="model">The model whose vocabulary is sampled.</param>
    /// <param name="contextLength">What "the whole context" means for penalties.</param>
    /// <param name="candidates">The context's buffer.</param>
    /// <exception cref="GenerationException">The grammar does not parse.</exception>
    public TokenSampler(GenerationOptions options, ModelHandle model, int contextLength, CandidateBuffer candidates)
    {
        _candidates = candidates;
        if (options.Grammar is { } grammar)
        {
            _grammar = SamplerChain.CreateGrammar(grammar, model)
                ?? throw ExceptionFactory.Generation("grammar_invalid", "The grammar does not parse", "Check it against llama.cpp's grammars/README.md; the start symbol is root.");
        }

        int suppressed;
        Llama.llama_vocab_get_suppress_tokens(model.Vocabulary, &suppressed);
        Seed = options.Sampling.Seed ?? (uint)Random.Shared.NextInt64(uint.MaxValue);
        _chain = SamplerChain.IsPlainGreedy(options.Sampling, suppressed > 0)
            ? null
            : SamplerChain.Create(options.Sampling, model, contextLength, Seed);
    }

    /// <summary>The seed in use.</summary>
    public uint Seed { get; }

    /// <summary>Shows a prompt token to the penalties. The grammar is about the answer only.</summary>
    public void AcceptPrompt(int token)
    {
        if (_chain is not null)
        {
            Llama.llama_sampler_accept(_chain.Pointer, token);
        }
    }

    /// <summary>Chooses the next token and takes it into account; -1 when the grammar allows none.</summary>
    /// <param name="logits">One row of logits, each a number.</param>
    public int Sample(ReadOnlySpan<float> logits)
    {
        int token = _chain is null ? TensorPrimitives.IndexOfMax(logits) : Choose(_candidates.Fill(logits));
        if (_grammar is not null && !Allows(token))
        {
            llama_token_data_array all = _candidates.Fill(logits);
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

    public void Dispose()
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
