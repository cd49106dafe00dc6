using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// One request's samplers, in the order that llama-server uses by default: logit bias, penalties, DRY, top-n-sigma, top-k,
/// typical, top-p, min-p, XTC, temperature, distribution. With Mirostat: logit bias, temperature, Mirostat. At temperature 0 the
/// chain ends after DRY, in the most probable token. The same logits, settings and seed give llama.cpp's tokens.
/// Owned by the engine thread; allocates nothing per token.
/// </summary>
internal sealed class SamplerChain
{
    private readonly SamplingOptions _options;
    private readonly int _minKeep;
    private readonly (int Token, float Bias)[] _biases;
    private readonly RepetitionPenalties? _penalties;
    private readonly DryPenalty? _dry;
    private readonly Mirostat? _mirostat;

    // Two streams from one seed, as in llama.cpp: whether XTC is on does not change what is drawn in the end.
    private readonly MersenneTwister? _xtc;
    private readonly MersenneTwister? _draw;

    /// <param name="options">The request's options, already validated.</param>
    /// <param name="tokenizer">Of the model whose vocabulary is sampled.</param>
    /// <param name="contextLength">What "the whole context" means for penalties.</param>
    /// <param name="seed">Of the request's random numbers.</param>
    public SamplerChain(SamplingOptions options, Tokenizer tokenizer, int contextLength, uint seed)
    {
        _options = options;
        _minKeep = Math.Max(1, options.MinKeep);
        _biases =
        [
            .. options.LogitBias.Select(bias => (bias.Key, bias.Value)),
            .. tokenizer.SuppressedTokens.Select(token => (token, float.NegativeInfinity)),
        ];
        if (options.Mirostat != MirostatMode.Off)
        {
            _mirostat = new Mirostat(options, seed);
            return;
        }

        int penaltyLastN = LastN(options.PenaltyLastN, contextLength);
        if (HasPenalties(options) && penaltyLastN > 0)
        {
            _penalties = new RepetitionPenalties(options, penaltyLastN);
        }

        int dryLastN = LastN(options.DryPenaltyLastN, contextLength);
        if (options.DryMultiplier > 0 && dryLastN > 0)
        {
            _dry = new DryPenalty(options, new DryBreakers(options.DrySequenceBreakers, tokenizer), dryLastN);
        }

        if (options.Temperature > 0)
        {
            _draw = new MersenneTwister(seed);
            _xtc = options.XtcProbability > 0 ? new MersenneTwister(seed) : null;
        }
    }

    /// <summary>Whether the options do nothing but take the largest logit, for which no chain is needed.</summary>
    public static bool IsPlainGreedy(SamplingOptions o, bool hasSuppressedTokens) =>
        o is { Temperature: <= 0, Mirostat: MirostatMode.Off, LogitBias.Count: 0, DryMultiplier: 0 }
        && !HasPenalties(o)
        && !hasSuppressedTokens;

    /// <summary>Whether the repeat, frequency or presence penalty does anything.</summary>
    public static bool HasPenalties(SamplingOptions o) =>
        o.PenaltyLastN != 0 && (o.RepeatPenalty != 1 || o.FrequencyPenalty != 0 || o.PresencePenalty != 0);

    /// <summary>How many tokens a setting means whose -1 stands for the context.</summary>
    public static int LastN(int lastN, int contextLength) => lastN < 0 ? contextLength : Math.Min(lastN, contextLength);

    /// <summary>Takes a token of the prompt or of the answer into account.</summary>
    public void Accept(int token)
    {
        _penalties?.Accept(token);
        _dry?.Accept(token);
    }

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">One row, changed meanwhile, and as it was afterwards.</param>
    /// <param name="peak">Its largest.</param>
    /// <param name="buffer">Scratch memory; <paramref name="logits"/> may be its row.</param>
    public int Choose(Span<float> logits, LogitPeak peak, CandidateBuffer buffer)
    {
        LogitEdits edits = buffer.Edits;
        try
        {
            foreach ((int token, float bias) in _biases)
            {
                edits.Set(logits, token, logits[token] + bias);
            }

            _penalties?.Apply(logits, edits);
            _dry?.Apply(logits, edits);
            if (edits.Any)
            {
                peak = LogitPeak.Of(logits);
            }

            return _mirostat is not null ? ChooseByMirostat(logits, peak, buffer)
                : _draw is null ? peak.Token
                : Draw(logits, peak.Value, buffer, _draw);
        }
        finally
        {
            edits.Undo(logits);
        }
    }

    private int ChooseByMirostat(ReadOnlySpan<float> logits, LogitPeak peak, CandidateBuffer buffer)
    {
        Span<float> row = buffer.Row;
        if (_options.Temperature <= 0)
        {
            row.Fill(float.NegativeInfinity);
            row[peak.Token] = peak.Value;
            return _mirostat!.Choose(row, peak.Value, buffer);
        }

        System.Numerics.Tensors.TensorPrimitives.Divide(logits, _options.Temperature, row);
        return _mirostat!.Choose(row, peak.Value / _options.Temperature, buffer);
    }

    private int Draw(ReadOnlySpan<float> logits, float largest, CandidateBuffer buffer, MersenneTwister draw)
    {
        SamplingOptions o = _options;
        if (o.TopNSigma > 0)
        {
            TopNSigma.Apply(logits, largest, o.TopNSigma, buffer.Row);
            logits = buffer.Row;
        }

        if (!Truncate(logits, largest, buffer))
        {
            VocabularySamplers all = buffer.Vocabulary;
            all.Begin();
            if (_xtc is not null)
            {
                all.Xtc(logits, largest, o.XtcProbability, o.XtcThreshold, _minKeep, _xtc);
            }

            all.Temperature(logits, largest, o.Temperature, o.DynamicTemperatureRange, o.DynamicTemperatureExponent);
            return all.Draw(logits, largest, draw);
        }

        if (_xtc is not null)
        {
            CandidateSamplers.Xtc(buffer.List, o.XtcProbability, o.XtcThreshold, _minKeep, _xtc);
        }

        CandidateSamplers.Temperature(buffer.List, o.Temperature, o.DynamicTemperatureRange, o.DynamicTemperatureExponent);
        return CandidateSamplers.Draw(buffer.List, draw);
    }

    // The first sampler meets the vocabulary, those after it what it left. False: there is none.
    private bool Truncate(ReadOnlySpan<float> logits, float largest, CandidateBuffer buffer)
    {
        SamplingOptions o = _options;
        CandidateList list = buffer.List;
        bool truncated = false;
        if (o.TopK > 0)
        {
            buffer.Vocabulary.TopK(logits, o.TopK);
            truncated = true;
        }

        if (o.TypicalP < 1)
        {
            if (truncated)
            {
                CandidateSamplers.Typical(list, o.TypicalP, _minKeep);
            }
            else
            {
                buffer.Vocabulary.Typical(logits, largest, o.TypicalP, _minKeep);
            }

            truncated = true;
        }

        if (o.TopP < 1)
        {
            if (truncated)
            {
                CandidateSamplers.TopP(list, o.TopP, _minKeep);
            }
            else
            {
                buffer.Vocabulary.TopP(logits, largest, o.TopP, _minKeep);
            }

            truncated = true;
        }

        if (o.MinP > 0)
        {
            if (truncated)
            {
                CandidateSamplers.MinP(list, o.MinP, _minKeep);
            }
            else
            {
                buffer.Vocabulary.MinP(logits, largest, o.MinP, _minKeep);
            }

            truncated = true;
        }

        return truncated;
    }
}
