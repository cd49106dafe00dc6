using System.Text;

namespace LocalInference.Text;

/// <summary>Builds a <see cref="MarkedText"/> from pieces.</summary>
internal sealed class MarkedTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<TextSegment> _segments = [];

    public int Length => _text.Length;

    public void Append(ReadOnlySpan<char> text, bool isContent)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (_segments.Count > 0 && _segments[^1].IsContent == isContent)
        {
            _segments[^1] = _segments[^1] with { Length = _segments[^1].Length + text.Length };
        }
        else
        {
            _segments.Add(new TextSegment(_text.Length, text.Length, isContent));
        }

        _text.Append(text);
    }

    public void Append(MarkedText text) => Append(text, 0, text.Text.Length);

    /// <summary>Appends a part of a text with its marks.</summary>
    public void Append(MarkedText text, int start, int length)
    {
        int end = start + length;
        foreach (TextSegment segment in text.Segments)
        {
            int from = Math.Max(start, segment.Start);
            int to = Math.Min(end, segment.Start + segment.Length);
            if (from < to)
            {
                Append(text.Text.AsSpan(from, to - from), segment.IsContent);
            }
        }
    }

    public MarkedText Build() => new(_text.ToString(), [.. _segments]);
}
