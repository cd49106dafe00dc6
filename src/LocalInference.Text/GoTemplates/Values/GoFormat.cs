using System.Globalization;

namespace LocalInference.Text.GoTemplates;

/// <summary>Values as text, as <c>%v</c> of Go's package fmt writes them.</summary>
internal static class GoFormat
{
    public static MarkedText Write(object? value)
    {
        if (value is MarkedText text)
        {
            return text;
        }

        var written = new MarkedTextBuilder();
        Write(value, written);
        return written.Build();
    }

    private static void Write(object? value, MarkedTextBuilder to)
    {
        switch (value)
        {
            case null:
                to.Append("<no value>", isContent: false);
                break;
            case MarkedText text:
                to.Append(text);
                break;
            case bool truth:
                to.Append(truth ? "true" : "false", isContent: false);
                break;
            case long integer:
                to.Append(integer.ToString(CultureInfo.InvariantCulture), isContent: false);
                break;
            case double real:
                to.Append(GoNumbers.Format(real, asJson: false), isContent: false);
                break;
            case GoList { Form: GoForm.Json } or GoMap { Form: GoForm.Json }:
                to.Append(GoJson.Write(value));
                break;
            case GoList { Form: GoForm.Types, Items: [] }:
                break;
            case GoList { Form: GoForm.Types, Items: [var only] }:
                Write(only, to);
                break;
            case GoList list:
                WriteList(list, to);
                break;
            default:
                WriteMap((GoMap)value, to);
                break;
        }
    }

    private static void WriteList(GoList list, MarkedTextBuilder to)
    {
        to.Append("[", isContent: false);
        for (int i = 0; i < list.Items.Count; i++)
        {
            to.Append(i > 0 ? " " : "", isContent: false);
            WriteElement(list.Items[i], to);
        }

        to.Append("]", isContent: false);
    }

    private static void WriteMap(GoMap map, MarkedTextBuilder to)
    {
        to.Append(map.IsStruct ? "{" : "map[", isContent: false);
        bool isFirst = true;
        foreach ((string name, object? value) in map.IsStruct ? map.Entries : map.Entries.OrderBy(static e => e.Key, StringComparer.Ordinal))
        {
            to.Append(isFirst ? "" : " ", isContent: false);
            isFirst = false;
            if (!map.IsStruct)
            {
                to.Append(name, isContent: true);
                to.Append(":", isContent: false);
            }

            WriteElement(value, to);
        }

        to.Append(map.IsStruct ? "}" : "]", isContent: false);
    }

    private static void WriteElement(object? value, MarkedTextBuilder to)
    {
        // Only a value that stands alone is "no value".
        if (value is null)
        {
            to.Append("<nil>", isContent: false);
            return;
        }

        Write(value, to);
    }
}
