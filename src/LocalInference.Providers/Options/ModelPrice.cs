using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>What a model costs, in one currency for all models, per million tokens. Immutable.</summary>
/// <param name="Input">Tokens of prompts.</param>
/// <param name="Output">Tokens of answers, thoughts included.</param>
public sealed record ModelPrice(decimal Input, decimal Output)
{
    /// <summary>Nothing, as for models on this machine.</summary>
    public static ModelPrice Free { get; } = new(0, 0);

    /// <summary>Tokens that the provider had stored; <see langword="null"/>: as <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; init; }

    /// <summary>Tokens that the provider stores; <see langword="null"/>: as <see cref="Input"/>.</summary>
    public decimal? CacheWrite { get; init; }

    /// <summary>What a request cost.</summary>
    /// <param name="usage">What it consumed.</param>
    public decimal Of(GenerationUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        int plain = usage.PromptTokens - usage.CachedPromptTokens - usage.CacheWrittenTokens;
        return ((plain * Input) + (usage.CachedPromptTokens * (CachedInput ?? Input)) + (usage.CacheWrittenTokens * (CacheWrite ?? Input)) + (usage.GeneratedTokens * Output)) / 1_000_000m;
    }
}
