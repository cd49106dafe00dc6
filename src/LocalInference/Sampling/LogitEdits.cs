namespace LocalInference;

/// <summary>
/// The logits of a row that a request's biases and penalties changed, to be put back afterwards: a copy of the whole row would
/// cost more than all the rest of a penalty. The engine's memory, used for one row at a time.
/// </summary>
internal sealed class LogitEdits
{
    private (int Token, float Before)[] _edits = new (int, float)[256];
    private int _count;

    /// <summary>Whether anything was changed.</summary>
    public bool Any => _count > 0;

    /// <summary>Changes a logit.</summary>
    public void Set(Span<float> logits, int token, float value)
    {
        if (_count == _edits.Length)
        {
            Array.Resize(ref _edits, 2 * _count);
        }

        _edits[_count++] = (token, logits[token]);
        logits[token] = value;
    }

    /// <summary>Undoes all changes, the last one first: a logit may have been changed more than once.</summary>
    public void Undo(Span<float> logits)
    {
        while (_count > 0)
        {
            (int token, float before) = _edits[--_count];
            logits[token] = before;
        }
    }
}
