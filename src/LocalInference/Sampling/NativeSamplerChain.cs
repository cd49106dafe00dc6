using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Builds the chain of <see cref="SamplerChain"/> of llama.cpp's own samplers.
/// </summary>
internal static unsafe class NativeSamplerChain
{
    // m of the Mirostat paper's estimate of the slope; llama.cpp's own default.
    private const int MirostatSamples = 100;

    public static SamplerHandle Create(SamplingOptions options, ModelHandle model, int contextLength, uint seed)
    {
        llama_sampler_chain_params parameters = Llama.llama_sampler_chain_default_params();
        parameters.no_perf = 1;
        var chain = new SamplerHandle(Llama.llama_sampler_chain_init(parameters), model);

        AddLogitBias(chain, options, model.Vocabulary);
        if (options.Mirostat != MirostatMode.Off)
        {
            AddMirostat(chain, options, model.Vocabulary, seed);
            return chain;
        }

        AddPenalties(chain, options, model.Vocabulary, contextLength);
        if (options.Temperature <= 0)
        {
            Add(chain, Llama.llama_sampler_init_greedy());
            return chain;
        }

        nuint minKeep = (nuint)Math.Max(1, options.MinKeep);
        AddIf(options.TopNSigma > 0, chain, () => Llama.llama_sampler_init_top_n_sigma(options.TopNSigma));
        AddIf(options.TopK > 0, chain, () => Llama.llama_sampler_init_top_k(options.TopK));
        AddIf(options.TypicalP < 1, chain, () => Llama.llama_sampler_init_typical(options.TypicalP, minKeep));
        AddIf(options.TopP < 1, chain, () => Llama.llama_sampler_init_top_p(options.TopP, minKeep));
        AddIf(options.MinP > 0, chain, () => Llama.llama_sampler_init_min_p(options.MinP, minKeep));
        AddIf(options.XtcProbability > 0, chain, () => Llama.llama_sampler_init_xtc(options.XtcProbability, options.XtcThreshold, minKeep, seed));
        Add(chain, Llama.llama_sampler_init_temp_ext(options.Temperature, options.DynamicTemperatureRange, options.DynamicTemperatureExponent));
        Add(chain, Llama.llama_sampler_init_dist(seed));
        return chain;
    }

    private static void AddLogitBias(SamplerHandle chain, SamplingOptions options, llama_vocab* vocabulary)
    {
        int suppressed;
        int* suppress = Llama.llama_vocab_get_suppress_tokens(vocabulary, &suppressed);
        var biases = new List<llama_logit_bias>(options.LogitBias.Count + suppressed);
        foreach ((int token, float bias) in options.LogitBias)
        {
            biases.Add(new llama_logit_bias { token = token, bias = bias });
        }

        for (int i = 0; i < suppressed; i++)
        {
            biases.Add(new llama_logit_bias { token = suppress[i], bias = float.NegativeInfinity });
        }

        if (biases.Count > 0)
        {
            fixed (llama_logit_bias* data = CollectionsMarshal.AsSpan(biases))
            {
                Add(chain, Llama.llama_sampler_init_logit_bias(Llama.llama_vocab_n_tokens(vocabulary), biases.Count, data));
            }
        }
    }

    private static void AddMirostat(SamplerHandle chain, SamplingOptions options, llama_vocab* vocabulary, uint seed)
    {
        Add(chain, Llama.llama_sampler_init_temp(options.Temperature));
        Add(chain, options.Mirostat == MirostatMode.Version1
            ? Llama.llama_sampler_init_mirostat(Llama.llama_vocab_n_tokens(vocabulary), seed, options.MirostatTau, options.MirostatEta, MirostatSamples)
            : Llama.llama_sampler_init_mirostat_v2(seed, options.MirostatTau, options.MirostatEta));
    }

    private static void AddPenalties(SamplerHandle chain, SamplingOptions options, llama_vocab* vocabulary, int contextLength)
    {
        if (SamplerChain.HasPenalties(options))
        {
            Add(chain, Llama.llama_sampler_init_penalties(
                Llama.llama_vocab_n_tokens(vocabulary),
                SamplerChain.LastN(options.PenaltyLastN, contextLength),
                options.RepeatPenalty,
                options.FrequencyPenalty,
                options.PresencePenalty));
        }

        if (options.DryMultiplier > 0 && options.DryPenaltyLastN != 0)
        {
            AddDry(chain, options, vocabulary, contextLength);
        }
    }

    private static void AddDry(SamplerHandle chain, SamplingOptions options, llama_vocab* vocabulary, int contextLength)
    {
        int count = options.DrySequenceBreakers.Count;
        byte** breakers = stackalloc byte*[Math.Max(1, count)];
        for (int i = 0; i < count; i++)
        {
            breakers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(options.DrySequenceBreakers[i]);
        }

        try
        {
            Add(chain, Llama.llama_sampler_init_dry(
                vocabulary,
                options.DryMultiplier,
                options.DryBase,
                options.DryAllowedLength,
                SamplerChain.LastN(options.DryPenaltyLastN, contextLength),
                breakers,
                (nuint)count));
        }
        finally
        {
            for (int i = 0; i < count; i++)
            {
                Marshal.FreeCoTaskMem((nint)breakers[i]);
            }
        }
    }

    /// <summary>A grammar's sampler, or <see langword="null"/> when llama.cpp could not parse it.</summary>
    public static SamplerHandle? CreateGrammar(string grammar, ModelHandle model)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(grammar + '\0'))
        fixed (byte* root = "root"u8)
        {
            llama_sampler* sampler = Llama.llama_sampler_init_grammar(model.Vocabulary, text, root);
            return sampler == null ? null : new SamplerHandle(sampler, model);
        }
    }

    private static void Add(SamplerHandle chain, llama_sampler* sampler) => Llama.llama_sampler_chain_add(chain.Pointer, sampler);

    private static void AddIf(bool wanted, SamplerHandle chain, SamplerFactory factory)
    {
        if (wanted)
        {
            Add(chain, factory());
        }
    }

    private delegate llama_sampler* SamplerFactory();
}
