using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// DRY: lowers the logits of tokens that would continue a repetition, the more the longer it already is (by p-e-w,
/// text-generation-webui pull request 5677). One request's state.
/// </summary>
internal sealed class DryPenalty(SamplingOptions options, DryBreakers breakers, int lastN)
{
    // ln of the largest float, as llama.cpp writes it: the exponent's limit comes from it.
    private const float LogOfLargest = 88.7228391f;

    private readonly TokenWindow _window = new(lastN);
    private readonly int[] _repeats = new int[lastN];
    private readonly Dictionary<int, int> _longest = new(lastN);

    public void Accept(int token) => _window.Add(token);

    public void Apply(Span<float> logits, LogitEdits edits)
    {
        if (_window.Count <= options.DryAllowedLength)
        {
            return;
        }

        int limit = breakers.TokensSinceLast(_window);
        if (limit < options.DryAllowedLength)
        {
            return;
        }

        MeasureRepeats(limit);
        CollectContinuations();
        int largest = options.DryBase > 1.000001f ? (int)(LogOfLargest / MathF.Log(options.DryBase)) : 0;
        foreach ((int token, int length) in _longest)
        {
            if (!breakers.IsBreaker(token))
            {
                int exponent = length - options.DryAllowedLength;
                exponent = largest > 0 ? Math.Min(exponent, largest) : exponent;
                edits.Set(logits, token, logits[token] - (float)(options.DryMultiplier * Math.Pow(options.DryBase, exponent)));
            }
        }
    }

    // For each place, counted from the end: how many tokens up to it are also the last ones. The Z algorithm (Gusfield, 1997)
    // on the reversed window; a length beyond the limit counts as the limit.
    private void MeasureRepeats(int limit)
    {
        int count = _window.Count;
        int left = 0;
        int right = 0;
        for (int k = 1; k < count; k++)
        {
            int known = k > right ? 0 : _repeats[k - left];
            if (k <= right && known < right - k + 1)
            {
                _repeats[k] = Math.Min(known, limit);
                continue;
            }

            int end = k > right ? k : right + 1;
            while (end < count && _window[end - k] == _window[end])
            {
                end++;
            }

            _repeats[k] = Math.Min(end - k, limit);
            if (end > k || k <= right)
            {
                left = k;
                right = end - 1;
            }
        }
    }

    // The token behind each repeat would continue it.
    private void CollectContinuations()
    {
        _longest.Clear();
        for (int k = 1; k < _window.Count; k++)
        {
            int token = _window[k - 1];
            if (_repeats[k] >= options.DryAllowedLength && (!_longest.TryGetValue(token, out int length) || length < _repeats[k]))
            {
                _longest[token] = _repeats[k];
            }
        }
    }
}
