using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Parity.Engine;

/// <summary>Puts an answer together from its updates.</summary>
internal sealed class AnswerCollector
{
    private readonly List<int> _tokens = [];
    private readonly StringBuilder _text = new();
    private int _cached;

    /// <summary>What has come so far.</summary>
    public GreedyAnswer Answer => new([.. _tokens], _text.ToString(), _cached);

    public void Add(GenerationUpdate update)
    {
        if (update.Token is { } token)
        {
            _tokens.Add(token);
        }

        _text.Append(update.Text);
        _cached = update.Usage?.CachedPromptTokens ?? _cached;
    }
}
