namespace LocalInference.Abstractions;

/// <summary>
/// How a token is chosen from the logits. The samplers run in llama.cpp's order: logit bias, penalties, DRY, top-n-sigma,
/// top-k, typical, top-p, min-p, XTC, temperature. With Mirostat, as in llama.cpp, only logit bias and temperature come before it.
/// Defaults are Ollama's (temperature 0.8, top-k 40, top-p 0.9, no repeat penalty).
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>The defaults above with a random seed.</summary>
    public static SamplingOptions Default { get; } = new();

    /// <summary>Always the most probable token (temperature 0).</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Divides the logits; 0 or less picks the most probable token. Default 0.8.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Half the width of the range that the temperature moves in with the entropy; 0: fixed. Default 0.</summary>
    public float DynamicTemperatureRange { get; init; }

    /// <summary>Exponent of the entropy in dynamic temperature. Default 1.</summary>
    public float DynamicTemperatureExponent { get; init; } = 1f;

    /// <summary>Keeps the k most probable tokens; 0 or less: all. Default 40.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Keeps the smallest set whose probabilities add up to p (nucleus); 1: all. Default 0.9.</summary>
    public float TopP { get; init; } = 0.9f;

    /// <summary>Drops tokens less probable than this share of the best one; 0: none. Default 0.</summary>
    public float MinP { get; init; }

    /// <summary>Locally typical sampling (arXiv:2202.00666); 1: off. Default 1.</summary>
    public float TypicalP { get; init; } = 1f;

    /// <summary>Keeps logits within n standard deviations of the best (arXiv:2411.07641); 0 or less: off. Default -1.</summary>
    public float TopNSigma { get; init; } = -1f;

    /// <summary>Chance of XTC dropping all but the least of the tokens above the threshold; 0: off. Default 0.</summary>
    public float XtcProbability { get; init; }

    /// <summary>XTC's threshold; above 0.5 it does nothing. Default 0.1.</summary>
    public float XtcThreshold { get; init; } = 0.1f;

    /// <summary>Fewest tokens that the truncating samplers leave. Default 1; 0 is read as 1.</summary>
    public int MinKeep { get; init; } = 1;

    /// <summary>How many of the last tokens the penalties look at, prompt included; 0: none, -1: the context. Default 64.</summary>
    public int PenaltyLastN { get; init; } = 64;

    /// <summary>Divides (or multiplies, below zero) the logits of repeated tokens; 1: off. Default 1.</summary>
    public float RepeatPenalty { get; init; } = 1f;

    /// <summary>Subtracted for each earlier occurrence; 0: off. Default 0.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once for a token that occurred; 0: off. Default 0.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>DRY's multiplier; 0: off. Default 0.</summary>
    public float DryMultiplier { get; init; }

    /// <summary>DRY's base of the exponential. Default 1.75.</summary>
    public float DryBase { get; init; } = 1.75f;

    /// <summary>Repeats up to this many tokens are free. Default 2.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>How many of the last tokens DRY looks at; 0: none, -1: the context. Default 64.</summary>
    public int DryPenaltyLastN { get; init; } = 64;

    /// <summary>Texts that end a repeat. Default: newline, colon, double quote, asterisk.</summary>
    public IReadOnlyList<string> DrySequenceBreakers { get; init; } = ["\n", ":", "\"", "*"];

    /// <summary>Mirostat (arXiv:2007.14966): off, version 1 or version 2. Default off.</summary>
    public MirostatMode Mirostat { get; init; }

    /// <summary>Mirostat's target surprise, in bits. Default 5.</summary>
    public float MirostatTau { get; init; } = 5f;

    /// <summary>Mirostat's learning rate. Default 0.1.</summary>
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>Added to the logits of these tokens; negative infinity forbids one. Default: none.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>
    /// Seed of this request's random stream; <see langword="null"/>: a random one. The same seed with the same logits gives the same tokens.
    /// </summary>
    public uint? Seed { get; init; }

    /// <summary>
    /// Samples with llama.cpp's own samplers and grammar instead of the ones written for this library. Both give the same tokens for
    /// the same logits, settings and seed; llama.cpp's take longer, the more so the larger the vocabulary. For comparing the two.
    /// Default: no. They differ on purpose where llama.cpp's typical sampler meets tokens that cannot come (its entropy is then NaN,
    /// its choice arbitrary), and where a grammar meets tokens that are parts of characters: ours never lets invalid UTF-8 pass, and
    /// allows every beginning of a character that a negated class allows.
    /// </summary>
    public bool UseNativeSamplers { get; init; }
}
