using System.Text;

namespace LocalInference.Cli.Terminal;

/// <summary>Makes text from a model or a file safe to print: what it says must not move the cursor or set colours.</summary>
internal static class PrintableText
{
    /// <summary>Without control characters other than newline and tab.</summary>
    public static string ForTerminal(string text) =>
        text.Any(IsUnsafe) ? string.Concat(text.Where(static c => !IsUnsafe(c))) : text;

    /// <summary>On one line: runs of white space and control characters become one space.</summary>
    public static string OnOneLine(string text)
    {
        StringBuilder line = new(text.Length);
        foreach (char c in text)
        {
            bool blank = char.IsControl(c) || c == ' ';
            if (!blank)
            {
                line.Append(c);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>As a C# or JSON string literal shows it, without the quotes: exact, and on one line.</summary>
    public static string Escaped(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char c in text)
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                '\\' => escaped.Append("\\\\"),
                _ when char.IsControl(c) => escaped.Append($"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
