using System.Collections.Concurrent;

namespace LocalInference.Providers;

/// <summary>
/// The names by which metrics tell of a provider's models: those that somebody configured, and those that it has answered. Names come from
/// requests, and whoever reads metrics keeps each as a series of its own. Safe for concurrent use.
/// </summary>
/// <param name="configured">Names that somebody wrote down.</param>
internal sealed class ModelSeries(IEnumerable<string> configured)
{
    /// <summary>All other names together, by the word that OpenTelemetry has for values that would be too many (as in <c>error.type</c>).</summary>
    public const string Other = "_OTHER";

    /// <summary>Some servers answer whatever name they are asked by.</summary>
    private const int MaxAnswered = 256;

    private readonly HashSet<string> _configured = new(configured, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _answered = new(StringComparer.Ordinal);

    /// <summary>What a model is told by.</summary>
    public string Of(string model) => _configured.Contains(model) || _answered.ContainsKey(model) ? model : Other;

    /// <summary>A model has answered: it is there.</summary>
    public void Answered(string model)
    {
        if (!_configured.Contains(model) && !_answered.ContainsKey(model) && _answered.Count < MaxAnswered)
        {
            _answered.TryAdd(model, true);
        }
    }
}
