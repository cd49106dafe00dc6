using System.Globalization;
using System.Net;

namespace LocalInference.Text.GoTemplates;

/// <summary>
/// The functions: those of Go's package text/template without <c>call</c>, <c>js</c> and <c>urlquery</c>, and Ollama's own
/// (<c>json</c>, <c>currentDate</c>, <c>yesterdayDate</c>, <c>toTypeScriptType</c>). <c>last</c> is the last element of a list.
/// </summary>
internal static class GoFunctions
{
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal)
    {
        "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print", "println", "printf", "html",
        "json", "currentDate", "yesterdayDate", "toTypeScriptType", "last",
    };

    public static bool Exists(string name) => s_names.Contains(name);

    /// <summary>Calls a function; <c>and</c> and <c>or</c>, which do not evaluate all of their arguments, are the renderer's.</summary>
    /// <exception cref="GoValueException">The arguments do not fit.</exception>
    public static object? Call(string name, ReadOnlySpan<object?> arguments, DateTimeOffset now)
    {
        switch (name)
        {
            case "printf":
                AtLeast(name, arguments, 1);
                return GoPrintf.Format(arguments[0] as MarkedText ?? throw new GoValueException("printf takes a string first"), arguments[1..]);
            case "print":
                return Print(arguments, isLine: false);
            case "println":
                return Print(arguments, isLine: true);
            case "index":
                AtLeast(name, arguments, 1);
                return GoIndexing.Index(arguments);
            case "slice":
                AtLeast(name, arguments, 1);
                return GoIndexing.Slice(arguments);
            case "eq":
                AtLeast(name, arguments, 2);
                return GoComparison.EqualsAny(arguments);
            case "currentDate":
                return Date(now);
            case "yesterdayDate":
                return Date(now.AddDays(-1));
        }

        return name is "ne" or "lt" or "le" or "gt" or "ge" ? Compare(name, arguments) : CallUnary(name, arguments);
    }

    private static object? CallUnary(string name, ReadOnlySpan<object?> arguments)
    {
        Exactly(name, arguments, 1);
        object? value = arguments[0];
        return name switch
        {
            "not" => !GoTruth.Of(value),
            "len" => GoIndexing.Length(value),
            "json" => GoJson.Write(value),
            "html" => Escape(GoFormat.Write(value)),
            "toTypeScriptType" => GoTypeScript.TypeOf(value),
            "last" => value is GoList list ? (list.Items.Count > 0 ? list.Items[^1] : null) : throw new GoValueException("last takes a list"),
            _ => throw new GoValueException($"There is no function {name}"),
        };
    }

    private static bool Compare(string name, ReadOnlySpan<object?> arguments)
    {
        Exactly(name, arguments, 2);
        (object? left, object? right) = (arguments[0], arguments[1]);
        return name switch
        {
            "ne" => !GoComparison.AreEqual(left, right),
            "lt" => GoComparison.Order(left, right) < 0,
            "le" => GoComparison.Order(left, right) <= 0,
            "gt" => GoComparison.Order(left, right) > 0,
            _ => GoComparison.Order(left, right) >= 0,
        };
    }

    // print puts a space between two operands of which neither is a string, println between all.
    private static MarkedText Print(ReadOnlySpan<object?> arguments, bool isLine)
    {
        var printed = new MarkedTextBuilder();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (i > 0 && (isLine || (arguments[i] is not MarkedText && arguments[i - 1] is not MarkedText)))
            {
                printed.Append(" ", isContent: false);
            }

            if (arguments[i] is null)
            {
                printed.Append("<nil>", isContent: false);
                continue;
            }

            printed.Append(GoFormat.Write(arguments[i]));
        }

        printed.Append(isLine ? "\n" : "", isContent: false);
        return printed.Build();
    }

    private static MarkedText Escape(MarkedText text)
    {
        var escaped = new MarkedTextBuilder();
        foreach (TextSegment segment in text.Segments)
        {
            string part = WebUtility.HtmlEncode(text.Text.Substring(segment.Start, segment.Length)).Replace("&quot;", "&#34;", StringComparison.Ordinal);
            escaped.Append(part, segment.IsContent);
        }

        return escaped.Build();
    }

    private static MarkedText Date(DateTimeOffset date) => GoStrings.Template(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static void AtLeast(string name, ReadOnlySpan<object?> arguments, int count)
    {
        if (arguments.Length < count)
        {
            throw new GoValueException($"{name} takes at least {count} arguments, not {arguments.Length}");
        }
    }

    private static void Exactly(string name, ReadOnlySpan<object?> arguments, int count)
    {
        if (arguments.Length != count)
        {
            throw new GoValueException($"{name} takes {count} arguments, not {arguments.Length}");
        }
    }
}
