using System.Buffers;
using System.Runtime.CompilerServices;

namespace LocalInference.Text.Jinja;

/// <summary>Collects text together with the marks of where its parts came from.</summary>
internal sealed class TextBuffer : IDisposable
{
    private const int LeastCapacity = 1024;

    private char[] _chars = [];
    private int[] _boundaries = [];
    private int _boundaryCount;
    private int _limit = int.MaxValue;
    private int _capacity;
    private bool _tracks;
    private bool _startsWithContent;
    private bool _lastIsContent;

    public int Length { get; private set; }

    public ReadOnlySpan<char> Span => _chars.AsSpan(0, Length);

    /// <summary>Empties it for a new use.</summary>
    /// <param name="tracks">Whether marks are wanted; otherwise everything counts as the template's.</param>
    /// <param name="limit">Most characters that it may hold.</param>
    /// <param name="expected">How many it will probably hold, for which there is room at once.</param>
    public void Reset(bool tracks, int limit, int expected = 0)
    {
        _tracks = tracks;
        _limit = limit;
        _capacity = Math.Min(_chars.Length, limit);
        Length = 0;
        _boundaryCount = 0;
        if (expected > _chars.Length && expected <= limit)
        {
            Grow(expected);
        }
    }

    public void Append(char c, bool isContent)
    {
        Mark(isContent);
        if (Length == _capacity)
        {
            Grow(1);
        }

        _chars[Length++] = c;
    }

    public void Append(char c) => Append(c, isContent: false);

    // One copy that stays in the processor's cache: inlined into every node, the interpreter outgrows the 32 KiB it has for code.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Append(ReadOnlySpan<char> text, bool isContent = false)
    {
        text.CopyTo(Reserve(text.Length));
        Advance(text.Length, isContent);
    }

    /// <summary>Room for so many characters more; <see cref="Advance"/> then appends those that were written there.</summary>
    public Span<char> Reserve(int count)
    {
        if (count > _capacity - Length)
        {
            Grow(count);
        }

        return _chars.AsSpan(Length, count);
    }

    public void Advance(int count, bool isContent)
    {
        if (count > 0)
        {
            Mark(isContent);
            Length += count;
        }
    }

    /// <summary>Appends a string value with its own marks.</summary>
    public void Append(JinjaValue text)
    {
        if (text.IsUniform || !_tracks)
        {
            Append(text.Span, text.IsContent);
            return;
        }

        foreach ((int start, int length, bool isContent) in new TextParts(text))
        {
            Append(text.Span.Slice(start, length), isContent);
        }
    }

    public void Append(char c, int count)
    {
        if (count > 0)
        {
            Reserve(count).Fill(c);
            Advance(count, isContent: false);
        }
    }

    /// <summary>Everything collected, as a string value.</summary>
    public JinjaValue ToValue()
    {
        string text = Span.ToString();
        return _boundaryCount == 0
            ? JinjaValue.OfText(text, _tracks && Length > 0 && _startsWithContent)
            : JinjaValue.OfMixed(new MixedText(text, _startsWithContent, _boundaries.AsSpan(0, _boundaryCount).ToArray()));
    }

    /// <summary>Takes what stands from a place on out of it.</summary>
    public JinjaValue Cut(int start)
    {
        string text = Span[start..].ToString();
        int kept = 0;
        while (kept < _boundaryCount && _boundaries[kept] <= start)
        {
            kept++;
        }

        bool isContent = _startsWithContent ^ ((kept & 1) != 0);
        int[] boundaries = [.. _boundaries.AsSpan(kept, _boundaryCount - kept).ToArray().Select(boundary => boundary - start)];
        Length = start;
        if (kept > 0 && _boundaries[kept - 1] == start)
        {
            kept--;
        }

        _boundaryCount = kept;
        _lastIsContent = _startsWithContent ^ ((kept & 1) != 0);
        return boundaries.Length == 0 ? JinjaValue.OfText(text, _tracks && isContent) : JinjaValue.OfMixed(new MixedText(text, isContent, boundaries));
    }

    public MarkedText ToMarkedText()
    {
        if (Length == 0)
        {
            return new MarkedText("", []);
        }

        TextSegment[] segments = new TextSegment[_boundaryCount + 1];
        int start = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            int end = i < _boundaryCount ? _boundaries[i] : Length;
            segments[i] = new TextSegment(start, end - start, _startsWithContent ^ ((i & 1) != 0));
            start = end;
        }

        return new MarkedText(Span.ToString(), segments);
    }

    public void Dispose()
    {
        if (_chars.Length > 0)
        {
            ArrayPool<char>.Shared.Return(_chars);
            _chars = [];
            _capacity = 0;
        }
    }

    private void Mark(bool isContent)
    {
        if (!_tracks || (isContent == _lastIsContent && Length > 0))
        {
            return;
        }

        if (Length == 0)
        {
            _startsWithContent = isContent;
        }
        else
        {
            if (_boundaryCount == _boundaries.Length)
            {
                Array.Resize(ref _boundaries, Math.Max(16, _boundaryCount * 2));
            }

            _boundaries[_boundaryCount++] = Length;
        }

        _lastIsContent = isContent;
    }

    private void Grow(int count)
    {
        long needed = (long)Length + count;
        if (needed > _limit)
        {
            throw new JinjaFault($"A text is longer than {_limit} characters", TemplateErrorKind.Limit);
        }

        int capacity = (int)Math.Max(needed, Math.Min(Math.Max(LeastCapacity, _chars.Length * 2L), Array.MaxLength));
        char[] larger = ArrayPool<char>.Shared.Rent(capacity);
        Span.CopyTo(larger);
        if (_chars.Length > 0)
        {
            ArrayPool<char>.Shared.Return(_chars);
        }

        _chars = larger;
        _capacity = Math.Min(larger.Length, _limit);
    }
}
