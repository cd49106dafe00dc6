using System.Collections.Concurrent;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Estimates the tokens of prompts for models whose vocabulary is not at hand, from their UTF-8 bytes. It begins with 4 bytes a token, which
/// is about what English has, and learns each model's own from the counts that answers report. Safe for concurrent use.
/// </summary>
internal sealed class TokenEstimator
{
    /// <summary>What a message takes beside its text: its role and the marks around it. OpenAI's cookbook counts 3 or 4.</summary>
    private const int PerMessage = 4;

    /// <summary>A picture or a file; providers count some hundreds to some thousands.</summary>
    private const int PerMedium = 1000;

    /// <summary>Names come from requests; models behind these are estimated without learning.</summary>
    private const int MaxModels = 1024;

    private readonly ConcurrentDictionary<string, Ratio> _ratios = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>About how many tokens a prompt has; exactly where it is given as tokens.</summary>
    public TokenCount Estimate(string? model, GenerationRequest request)
    {
        if (request.Input is TokenInput tokens)
        {
            return new TokenCount(tokens.Tokens.Length, IsEstimate: false);
        }

        var text = RequestText.Of(request);
        double ratio = model is not null && _ratios.TryGetValue(model, out Ratio? known) ? known.TokensPerByte : Ratio.Usual;
        return new TokenCount((int)Math.Min(int.MaxValue, Math.Ceiling(text.Bytes * ratio) + ((long)text.Messages * PerMessage) + ((long)text.Media * PerMedium)), IsEstimate: true);
    }

    /// <summary>Learns from what a provider counted.</summary>
    public void Observe(string model, GenerationRequest request, int promptTokens)
    {
        if (request.Input is TokenInput)
        {
            return;
        }

        var text = RequestText.Of(request);
        int tokens = promptTokens - (text.Messages * PerMessage);

        // A count that its bytes cannot have (more tokens than bytes, or a word of 64 bytes on average) is of something else than this text.
        if (text.Media > 0 || text.Bytes == 0 || tokens <= text.Bytes / 64 || tokens > text.Bytes)
        {
            return;
        }

        if (!_ratios.TryGetValue(model, out Ratio? ratio))
        {
            if (_ratios.Count >= MaxModels)
            {
                return;
            }

            ratio = _ratios.GetOrAdd(model, static _ => new Ratio());
        }

        ratio.Add(text.Bytes, tokens);
    }

    /// <summary>Tokens by bytes, the latest texts counting most and long ones more than short ones.</summary>
    private sealed class Ratio
    {
        public const double Usual = 0.25;

        /// <summary>What is left of the old with every new text: after fifty of them a thirteenth.</summary>
        private const double Memory = 0.95;

        private readonly Lock _lock = new();
        private double _bytes = 400;
        private double _tokens = 400 * Usual;

        public double TokensPerByte
        {
            get
            {
                lock (_lock)
                {
                    return _tokens / _bytes;
                }
            }
        }

        public void Add(long bytes, int tokens)
        {
            lock (_lock)
            {
                _bytes = (_bytes * Memory) + bytes;
                _tokens = (_tokens * Memory) + tokens;
            }
        }
    }
}
