namespace LocalInference.Text.Jinja;

/// <summary>The parts of a string value that differ in their mark, in order, relative to the value's own start.</summary>
internal ref struct TextParts(JinjaValue text)
{
    private readonly JinjaValue _text = text;
    private int _next;

    public (int Start, int Length, bool IsContent) Current { get; private set; }

    public readonly TextParts GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_next >= _text.Length)
        {
            return false;
        }

        bool isContent = _text.IsContent;
        int end = _text.Length;
        if (!_text.IsUniform)
        {
            end = Math.Min(((MixedText)_text.Reference!).PartEnd(_text.Start + _next, out isContent) - _text.Start, end);
        }

        Current = (_next, end - _next, isContent);
        _next = end;
        return true;
    }
}
