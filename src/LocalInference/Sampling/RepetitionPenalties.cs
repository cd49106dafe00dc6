using System.Runtime.InteropServices;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The repeat, frequency and presence penalties over a request's last tokens. The repeat penalty divides positive logits and
/// multiplies the others, as every engine does: the paper's division alone (CTRL, arXiv:1909.05858) would make negative ones likelier.
/// </summary>
internal sealed class RepetitionPenalties(SamplingOptions options, int lastN)
{
    private readonly TokenWindow _window = new(lastN);
    private readonly Dictionary<int, int> _counts = new(lastN + 1);

    public void Accept(int token)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, token, out _)++;
        if (_window.IsFull)
        {
            int oldest = _window.Oldest;
            if (--CollectionsMarshal.GetValueRefOrNullRef(_counts, oldest) == 0)
            {
                _counts.Remove(oldest);
            }
        }

        _window.Add(token);
    }

    public void Apply(Span<float> logits, LogitEdits edits)
    {
        foreach ((int token, int count) in _counts)
        {
            float logit = logits[token];
            logit = logit <= 0 ? logit * options.RepeatPenalty : logit / options.RepeatPenalty;
            edits.Set(logits, token, logit - ((count * options.FrequencyPenalty) + options.PresencePenalty));
        }
    }
}
