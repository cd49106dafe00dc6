using System.Text;

namespace LocalInference.Text.GoTemplates;

/// <summary><c>index</c>, <c>slice</c> and <c>len</c>. Positions in strings are bytes of UTF-8, as in Go.</summary>
internal static class GoIndexing
{
    public static object? Index(ReadOnlySpan<object?> arguments)
    {
        object? value = arguments[0];
        foreach (object? key in arguments[1..])
        {
            value = value switch
            {
                GoList list => list.Items[At(key, list.Items.Count - 1)],
                GoMap { IsStruct: false } map => key is MarkedText name ? (map.TryGet(name.Text, out object? found) ? found : null) : throw new GoValueException("A map is indexed by a string"),
                MarkedText text => ByteAt(text.Text, key),
                _ => throw new GoValueException("index takes a list, a map or a string"),
            };
        }

        return value;
    }

    public static object Slice(ReadOnlySpan<object?> arguments)
    {
        int length = (int)Length(arguments[0]);
        int start = arguments.Length > 1 ? At(arguments[1], length) : 0;
        int end = arguments.Length > 2 ? At(arguments[2], length) : length;
        if (start > end || arguments.Length > 3)
        {
            throw new GoValueException("The bounds of a slice are out of order, or too many");
        }

        return arguments[0] switch
        {
            GoList list => list with { Items = [.. list.Items.Skip(start).Take(end - start)] },
            MarkedText text => GoStrings.Slice(text, GoStrings.ToCharacterIndex(text.Text, start), GoStrings.ToCharacterIndex(text.Text, end)),
            _ => throw new GoValueException("slice takes a list or a string"),
        };
    }

    public static long Length(object? value) => value switch
    {
        MarkedText text => Encoding.UTF8.GetByteCount(text.Text),
        GoList list => list.Items.Count,
        GoMap { IsStruct: false } map => map.Count,
        _ => throw new GoValueException("len takes a list, a map or a string"),
    };

    private static long ByteAt(string text, object? key)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return utf8[At(key, utf8.Length - 1)];
    }

    private static int At(object? key, int maximum) => key is long index
        ? index >= 0 && index <= maximum ? (int)index : throw new GoValueException($"Index {index} is out of range")
        : throw new GoValueException("An index must be an integer");
}
