using LocalInference.Abstractions;

namespace LocalInference.Tests.Sampling;

/// <summary>Settings of the samplers, any of them together, by chance from a seed.</summary>
internal sealed class SamplingSettings(int seed)
{
    private readonly Random _random = new(seed);

    public SamplingOptions Next(int vocabularySize) => new()
    {
        Seed = (uint)_random.NextInt64(uint.MaxValue),
        Temperature = Sometimes(8, 0, () => 0.05f + (_random.NextSingle() * 2)),
        DynamicTemperatureRange = Rarely(0, () => _random.NextSingle() * 1.5f),
        DynamicTemperatureExponent = 0.5f + _random.NextSingle(),
        TopK = Sometimes(2, 0, () => 1 + _random.Next(_random.Next(4) == 0 ? 2000 : 100)),
        TopP = Sometimes(2, 1, () => _random.NextSingle()),
        MinP = Sometimes(2, 0, () => _random.NextSingle() * (_random.Next(2) == 0 ? 0.1f : 1)),
        TypicalP = Rarely(1, () => 0.05f + (0.9f * _random.NextSingle())),
        TopNSigma = Rarely(-1, () => 0.2f + (3 * _random.NextSingle())),
        XtcProbability = Rarely(0, () => _random.NextSingle()),
        XtcThreshold = _random.NextSingle() * 0.55f,
        MinKeep = Rarely(1, () => _random.Next(6)),
        PenaltyLastN = _random.Next(-1, 40),
        RepeatPenalty = Rarely(1, () => 0.7f + _random.NextSingle()),
        FrequencyPenalty = Rarely(0, () => _random.NextSingle() - 0.3f),
        PresencePenalty = Rarely(0, () => (_random.NextSingle() * 2) - 0.5f),
        DryMultiplier = Rarely(0, () => 0.2f + (2 * _random.NextSingle())),
        DryBase = 1 + _random.NextSingle(),
        DryAllowedLength = _random.Next(4),
        DryPenaltyLastN = _random.Next(-1, 60),
        DrySequenceBreakers = [.. new[] { "\n", ":", "\"", "*", "the", " a b", "é" }.Take(_random.Next(8))],
        Mirostat = _random.Next(6) == 0 ? (MirostatMode)(1 + _random.Next(2)) : MirostatMode.Off,
        MirostatTau = 0.5f + (_random.NextSingle() * 8),
        MirostatEta = _random.NextSingle() * 0.5f,
        LogitBias = Biases(vocabularySize),
    };

    private Dictionary<int, float> Biases(int vocabularySize)
    {
        var biases = new Dictionary<int, float>();
        for (int i = _random.Next(4) == 0 ? _random.Next(6) : 0; i > 0; i--)
        {
            biases[_random.Next(vocabularySize)] = _random.Next(3) == 0 ? float.NegativeInfinity : (_random.NextSingle() * 20) - 10;
        }

        return biases;
    }

    private T Sometimes<T>(int oneIn, T off, Func<T> on) => _random.Next(oneIn) == 0 ? off : on();

    private T Rarely<T>(T off, Func<T> on) => _random.Next(4) == 0 ? on() : off;
}
