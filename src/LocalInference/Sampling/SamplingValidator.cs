using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Refuses options that llama.cpp would abort on, divide by zero with or silently ignore. All of a request's options are
/// checked before it is queued.
/// </summary>
internal static class SamplingValidator
{
    private const int MaxLogProbabilities = 20;

    // llama.cpp walks the whole vocabulary for each.
    private const int MaxDryBreakers = 32;

    public static void Validate(GenerationOptions options, Tokenizer tokenizer, int contextLength)
    {
        if (options.ContextLength is { } asked && (asked < 2 || asked > contextLength))
        {
            throw ExceptionFactory.Option(nameof(options.ContextLength), $"must be 2 to {contextLength}, the context that the model was loaded with", Text(asked), Text(contextLength));
        }

        if (options.KeepOnOverflow is < 0)
        {
            throw ExceptionFactory.Option(nameof(options.KeepOnOverflow), "must not be negative", Text(options.KeepOnOverflow.Value), "0");
        }

        if (options.MaxTokens is < 0)
        {
            throw ExceptionFactory.Option(nameof(options.MaxTokens), "must not be negative", Text(options.MaxTokens.Value), "0");
        }

        if (options.LogProbabilities is < 0 or > MaxLogProbabilities)
        {
            throw ExceptionFactory.Option(nameof(options.LogProbabilities), $"must be 0 to {MaxLogProbabilities}", Text(options.LogProbabilities.Value), Text(MaxLogProbabilities));
        }

        if (options.StopSequences.Any(string.IsNullOrEmpty))
        {
            throw ExceptionFactory.Option(nameof(options.StopSequences), "must not hold an empty text");
        }

        if (options.Grammar is { } grammar)
        {
            GrammarValidator.Validate(grammar, tokenizer);
        }

        Validate(options.Sampling, tokenizer.VocabularySize);
        if (options.Sampling.DryMultiplier > 0)
        {
            // Read here rather than on the engine's thread, where everybody would wait for it.
            _ = tokenizer.Texts;
        }
    }

    private static void Validate(SamplingOptions s, int vocabularySize)
    {
        Finite(s.Temperature, nameof(s.Temperature));
        AtLeast(s.DynamicTemperatureRange, 0, nameof(s.DynamicTemperatureRange));
        AtLeast(s.DynamicTemperatureExponent, 0, nameof(s.DynamicTemperatureExponent));
        Within(s.TopP, 0, 1, nameof(s.TopP));
        Within(s.MinP, 0, 1, nameof(s.MinP));
        Within(s.TypicalP, 0, 1, nameof(s.TypicalP));
        Finite(s.TopNSigma, nameof(s.TopNSigma));
        Within(s.XtcProbability, 0, 1, nameof(s.XtcProbability));
        Within(s.XtcThreshold, 0, 1, nameof(s.XtcThreshold));
        AtLeast(s.MinKeep, 0, nameof(s.MinKeep));
        AtLeast(s.PenaltyLastN, -1, nameof(s.PenaltyLastN));
        MoreThan(s.RepeatPenalty, 0, nameof(s.RepeatPenalty));
        Finite(s.FrequencyPenalty, nameof(s.FrequencyPenalty));
        Finite(s.PresencePenalty, nameof(s.PresencePenalty));
        AtLeast(s.DryMultiplier, 0, nameof(s.DryMultiplier));
        AtLeast(s.DryBase, 1, nameof(s.DryBase));
        AtLeast(s.DryAllowedLength, 0, nameof(s.DryAllowedLength));
        AtLeast(s.DryPenaltyLastN, -1, nameof(s.DryPenaltyLastN));
        if (s.DrySequenceBreakers.Count > MaxDryBreakers)
        {
            throw ExceptionFactory.Option(nameof(s.DrySequenceBreakers), $"must be at most {MaxDryBreakers}", Text(s.DrySequenceBreakers.Count), Text(MaxDryBreakers));
        }

        if (s.DrySequenceBreakers.Any(string.IsNullOrEmpty))
        {
            throw ExceptionFactory.Option(nameof(s.DrySequenceBreakers), "must not hold an empty text", "");
        }

        AtLeast(s.MirostatTau, 0, nameof(s.MirostatTau));
        AtLeast(s.MirostatEta, 0, nameof(s.MirostatEta));

        if (s.Mirostat is < MirostatMode.Off or > MirostatMode.Version2)
        {
            throw ExceptionFactory.Option(nameof(s.Mirostat), "must be 0, 1 or 2", Text((int)s.Mirostat));
        }

        foreach ((int token, float bias) in s.LogitBias)
        {
            if (token < 0 || token >= vocabularySize)
            {
                throw ExceptionFactory.Option(nameof(s.LogitBias), $"token {token} is not in the vocabulary", Text(token), Text(vocabularySize - 1));
            }

            if (float.IsNaN(bias) || float.IsPositiveInfinity(bias))
            {
                throw ExceptionFactory.Option(nameof(s.LogitBias), $"the bias of token {token} must be finite or negative infinity", Text(bias));
            }
        }
    }

    private static void Finite(float value, string name)
    {
        if (!float.IsFinite(value))
        {
            throw ExceptionFactory.Option(name, "must be a finite number", Text(value));
        }
    }

    private static void AtLeast(float value, float limit, string name)
    {
        if (!float.IsFinite(value) || value < limit)
        {
            throw ExceptionFactory.Option(name, $"must be at least {Text(limit)}", Text(value), Text(limit));
        }
    }

    private static void MoreThan(float value, float limit, string name)
    {
        if (!float.IsFinite(value) || value <= limit)
        {
            throw ExceptionFactory.Option(name, $"must be more than {Text(limit)}", Text(value), Text(limit));
        }
    }

    private static void Within(float value, float low, float high, string name)
    {
        if (!(value >= low && value <= high))
        {
            throw ExceptionFactory.Option(name, $"must be {Text(low)} to {Text(high)}", Text(value), Text(value < low ? low : high));
        }
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
