using System.Runtime.CompilerServices;
using LocalInference.Text.Jinja;

namespace LocalInference.Text;

/// <summary>
/// A value that a Jinja template computes with: what an application passes in, and what expressions give. The default value is
/// undefined. A text knows which of its parts came from content, that is from what a user, a tool or a model wrote.
/// Immutable, except for lists and maps that a template itself makes and changes.
/// </summary>
/// <remarks>
/// Two words. The first says the type: the text itself or an object; the second is a number's bits or, for a text, the part of
/// it that is meant (so that trimming and slicing copy nothing) and two marks.
/// </remarks>
public readonly partial struct JinjaValue
{
    private const int LengthShift = 31;
    private const long Mask31 = int.MaxValue;
    private const long ContentBit = 1L << 62;
    private const long MarkupBit = 1L << 63;

    private readonly object? _reference;
    private readonly long _bits;

    internal JinjaValue(object? reference, long bits = 0)
    {
        _reference = reference;
        _bits = bits;
    }

    /// <summary>The type.</summary>
    public JinjaValueKind Kind =>
        _reference is null ? JinjaValueKind.Undefined
        : _reference.GetType() == typeof(string) ? JinjaValueKind.String
        : Unsafe.As<JinjaObject>(_reference).Kind;

    internal object? Reference => _reference;

    internal long Bits => _bits;

    /// <summary>No value was ever given to a name or parameter; to a template it looks undefined.</summary>
    internal bool IsMissing => _reference is null;

    internal bool IsUndefined => Kind == JinjaValueKind.Undefined;

    internal bool IsNone => ReferenceEquals(_reference, ScalarType.None);

    internal bool IsBoolean => ReferenceEquals(_reference, ScalarType.Boolean);

    internal bool IsString => _reference is string or MixedText;

    /// <summary>An integer, not a truth value, that fits 64 bits.</summary>
    internal bool IsInt64 => ReferenceEquals(_reference, ScalarType.Integer);

    internal bool IsFloat => ReferenceEquals(_reference, ScalarType.Float);

    /// <summary>An integer that fits 64 bits, or a truth value, which Python counts as an integer.</summary>
    internal bool IsSmallInteger => IsInt64 || IsBoolean;

    internal bool Boolean => _bits != 0;

    internal long Int64 => _bits;

    internal double Float => BitConverter.Int64BitsToDouble(_bits);

    internal int Start => (int)(_bits & Mask31);

    internal int Length => (int)((_bits >> LengthShift) & Mask31);

    /// <summary>Made by <c>safe</c> or <c>escape</c>: adding plain text to it escapes that text.</summary>
    internal bool IsMarkup => _bits < 0;

    /// <summary>Characters of a text.</summary>
    internal ReadOnlySpan<char> Span => Whole.AsSpan(Start, Length);

    /// <summary>A text all of whose parts have one mark.</summary>
    internal bool IsUniform => _reference!.GetType() == typeof(string);

    internal bool IsContent => (_bits & ContentBit) != 0;

    private string Whole => _reference!.GetType() == typeof(string) ? Unsafe.As<string>(_reference) : Unsafe.As<MixedText>(_reference!).Text;

    internal static JinjaValue OfText(string text, bool isContent) => new(text, TextBits(0, text.Length, isContent));

    internal static JinjaValue OfMixed(MixedText text) => new(text, TextBits(0, text.Text.Length, isContent: false));

    /// <summary>A part of a text, with the same marks.</summary>
    internal JinjaValue Slice(int start, int length) =>
        new(_reference, (_bits & (ContentBit | MarkupBit)) | TextBits(Start + start, length, isContent: false));

    internal JinjaValue AsMarkup(bool isMarkup = true) => new(_reference, isMarkup ? _bits | MarkupBit : _bits & ~MarkupBit);

    /// <summary>The characters as a string; the very string that the value was made from if all of it is meant.</summary>
    internal string TextString()
    {
        string whole = Whole;
        return Length == whole.Length ? whole : whole.Substring(Start, Length);
    }

    private static long TextBits(int start, int length, bool isContent) =>
        (uint)start | ((long)length << LengthShift) | (isContent ? ContentBit : 0);
}
