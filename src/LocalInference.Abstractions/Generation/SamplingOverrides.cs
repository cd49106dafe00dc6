namespace LocalInference.Abstractions;

/// <summary>
/// What a request changes of how its model chooses tokens; what is <see langword="null"/> stays as it is. Ranges and meanings are
/// those of <see cref="SamplingOptions"/>. Immutable.
/// </summary>
public sealed record SamplingOverrides
{
    /// <summary>Changes nothing.</summary>
    public static SamplingOverrides None { get; } = new();

    /// <summary>Always the most probable token.</summary>
    public static SamplingOverrides Greedy { get; } = new() { Temperature = 0 };

    /// <inheritdoc cref="SamplingOptions.Temperature"/>
    public float? Temperature { get; init; }

    /// <inheritdoc cref="SamplingOptions.DynamicTemperatureRange"/>
    public float? DynamicTemperatureRange { get; init; }

    /// <inheritdoc cref="SamplingOptions.DynamicTemperatureExponent"/>
    public float? DynamicTemperatureExponent { get; init; }

    /// <inheritdoc cref="SamplingOptions.TopK"/>
    public int? TopK { get; init; }

    /// <inheritdoc cref="SamplingOptions.TopP"/>
    public float? TopP { get; init; }

    /// <inheritdoc cref="SamplingOptions.MinP"/>
    public float? MinP { get; init; }

    /// <inheritdoc cref="SamplingOptions.TypicalP"/>
    public float? TypicalP { get; init; }

    /// <inheritdoc cref="SamplingOptions.TopNSigma"/>
    public float? TopNSigma { get; init; }

    /// <inheritdoc cref="SamplingOptions.XtcProbability"/>
    public float? XtcProbability { get; init; }

    /// <inheritdoc cref="SamplingOptions.XtcThreshold"/>
    public float? XtcThreshold { get; init; }

    /// <inheritdoc cref="SamplingOptions.MinKeep"/>
    public int? MinKeep { get; init; }

    /// <inheritdoc cref="SamplingOptions.PenaltyLastN"/>
    public int? PenaltyLastN { get; init; }

    /// <inheritdoc cref="SamplingOptions.RepeatPenalty"/>
    public float? RepeatPenalty { get; init; }

    /// <inheritdoc cref="SamplingOptions.FrequencyPenalty"/>
    public float? FrequencyPenalty { get; init; }

    /// <inheritdoc cref="SamplingOptions.PresencePenalty"/>
    public float? PresencePenalty { get; init; }

    /// <inheritdoc cref="SamplingOptions.DryMultiplier"/>
    public float? DryMultiplier { get; init; }

    /// <inheritdoc cref="SamplingOptions.DryBase"/>
    public float? DryBase { get; init; }

    /// <inheritdoc cref="SamplingOptions.DryAllowedLength"/>
    public int? DryAllowedLength { get; init; }

    /// <inheritdoc cref="SamplingOptions.DryPenaltyLastN"/>
    public int? DryPenaltyLastN { get; init; }

    /// <inheritdoc cref="SamplingOptions.DrySequenceBreakers"/>
    public IReadOnlyList<string>? DrySequenceBreakers { get; init; }

    /// <inheritdoc cref="SamplingOptions.Mirostat"/>
    public MirostatMode? Mirostat { get; init; }

    /// <inheritdoc cref="SamplingOptions.MirostatTau"/>
    public float? MirostatTau { get; init; }

    /// <inheritdoc cref="SamplingOptions.MirostatEta"/>
    public float? MirostatEta { get; init; }

    /// <inheritdoc cref="SamplingOptions.LogitBias"/>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <inheritdoc cref="SamplingOptions.Seed"/>
    public uint? Seed { get; init; }

    /// <inheritdoc cref="SamplingOptions.UseNativeSamplers"/>
    public bool? UseNativeSamplers { get; init; }

    /// <summary>These settings over those of a model.</summary>
    /// <param name="defaults">What holds where nothing is set here.</param>
    public SamplingOptions Over(SamplingOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return defaults with
        {
            Temperature = Temperature ?? defaults.Temperature,
            DynamicTemperatureRange = DynamicTemperatureRange ?? defaults.DynamicTemperatureRange,
            DynamicTemperatureExponent = DynamicTemperatureExponent ?? defaults.DynamicTemperatureExponent,
            TopK = TopK ?? defaults.TopK,
            TopP = TopP ?? defaults.TopP,
            MinP = MinP ?? defaults.MinP,
            TypicalP = TypicalP ?? defaults.TypicalP,
            TopNSigma = TopNSigma ?? defaults.TopNSigma,
            XtcProbability = XtcProbability ?? defaults.XtcProbability,
            XtcThreshold = XtcThreshold ?? defaults.XtcThreshold,
            MinKeep = MinKeep ?? defaults.MinKeep,
            PenaltyLastN = PenaltyLastN ?? defaults.PenaltyLastN,
            RepeatPenalty = RepeatPenalty ?? defaults.RepeatPenalty,
            FrequencyPenalty = FrequencyPenalty ?? defaults.FrequencyPenalty,
            PresencePenalty = PresencePenalty ?? defaults.PresencePenalty,
            DryMultiplier = DryMultiplier ?? defaults.DryMultiplier,
            DryBase = DryBase ?? defaults.DryBase,
            DryAllowedLength = DryAllowedLength ?? defaults.DryAllowedLength,
            DryPenaltyLastN = DryPenaltyLastN ?? defaults.DryPenaltyLastN,
            DrySequenceBreakers = DrySequenceBreakers ?? defaults.DrySequenceBreakers,
            Mirostat = Mirostat ?? defaults.Mirostat,
            MirostatTau = MirostatTau ?? defaults.MirostatTau,
            MirostatEta = MirostatEta ?? defaults.MirostatEta,
            LogitBias = LogitBias ?? defaults.LogitBias,
            Seed = Seed ?? defaults.Seed,
            UseNativeSamplers = UseNativeSamplers ?? defaults.UseNativeSamplers,
        };
    }
}
