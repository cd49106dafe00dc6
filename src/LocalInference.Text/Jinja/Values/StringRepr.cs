using System.Globalization;

namespace LocalInference.Text.Jinja;

/// <summary>Python's <c>repr</c> of a text: in quotes, with what cannot be printed escaped.</summary>
internal static class StringRepr
{
    public static void Write(JinjaValue value, TextBuffer output)
    {
        ReadOnlySpan<char> text = value.Span;

        // Single quotes, unless that would need escapes which double quotes would not.
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        if (value.IsMarkup)
        {
            output.Append("Markup(");
        }

        output.Append(quote);
        foreach ((int start, int length, bool isContent) in new TextParts(value))
        {
            Write(text.Slice(start, length), quote, isContent, output);
        }

        output.Append(quote);
        if (value.IsMarkup)
        {
            output.Append(')');
        }
    }

    private static void Write(ReadOnlySpan<char> text, char quote, bool isContent, TextBuffer output)
    {
        int plain = 0;
        int i = 0;
        while (i < text.Length)
        {
            int length = PythonText.CharacterLength(text, i);
            if (IsPrintable(text, i, length) && text[i] != quote && text[i] != '\\')
            {
                i += length;
                continue;
            }

            output.Append(text[plain..i], isContent);
            WriteEscape(text, i, length, isContent, output);
            i += length;
            plain = i;
        }

        output.Append(text[plain..], isContent);
    }

    private static void WriteEscape(ReadOnlySpan<char> text, int index, int length, bool isContent, TextBuffer output)
    {
        char c = text[index];
        string escape = c switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\\' => "\\\\",
            '\'' => "\\'",
            '"' => "\\\"",
            _ when length == 2 => string.Create(CultureInfo.InvariantCulture, $"\\U{char.ConvertToUtf32(c, text[index + 1]):x8}"),
            <= '\xff' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        };
        output.Append(escape, isContent);
    }

    private static bool IsPrintable(ReadOnlySpan<char> text, int index, int length)
    {
        char c = text[index];
        if (c < 0x7f)
        {
            return c >= ' ';
        }

        UnicodeCategory category = length == 2 ? CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(c, text[index + 1])) : char.GetUnicodeCategory(c);
        return category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }
}
