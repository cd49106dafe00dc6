using System.Text;
using System.Text.RegularExpressions;

namespace LocalInference.Text.Parsing;

/// <summary>Finds the markers and keys of calls that are written as JSON altogether.</summary>
internal static partial class JsonToolProbe
{
    public static ToolFormat Find(string one, string pre, string end)
    {
        int start = Start(pre);
        JsonRelay relay = new();
        int length = relay.Accept(one.AsSpan(start), new StringBuilder());
        string json = one.Substring(start, length);
        string after = ToolProbe.Before(one[(start + length)..], end).Trim();
        bool isArray = json.StartsWith('[');
        return new ToolFormat
        {
            Syntax = CallSyntax.Json,
            CallStart = one[..start].Trim(),
            CallEnd = MarkupText.First(after),
            IsArray = isArray,
            NameKey = KeyOf(json, $"\"{TemplateProbe.FirstTool}\""),
            ArgumentsKey = KeyOf(json, "{"),
            IdKey = KeyOf(json, $"\"{TemplateProbe.CallId}\"") is { Length: > 0 } id ? id : KeyOf(json, "\"0\""),
        };
    }

    /// <summary>Where the outermost bracket opens that the name is within.</summary>
    private static int Start(string pre)
    {
        int start = pre.Length;
        int depth = 0;
        for (int i = pre.Length - 1; i >= 0; i--)
        {
            char c = pre[i];
            if (c is '{' or '[' && depth-- == 0)
            {
                depth = 0;
                start = i;
            }
            else if (c is '}' or ']')
            {
                depth++;
            }
            else if (c is '>' || (char.IsLetter(c) && start < pre.Length && depth == 0 && !InString(pre, i, start)))
            {
                break;
            }
        }

        return start;
    }

    /// <summary>Whether a letter is part of a key before the name: <c>"name": "</c>.</summary>
    private static bool InString(string pre, int at, int start) => pre.AsSpan(at, start - at).Contains('"');

    private static string KeyOf(string json, string value)
    {
        foreach (Match member in Member().Matches(json))
        {
            if (member.Groups["value"].Value == value)
            {
                return member.Groups["key"].Value;
            }
        }

        return string.Empty;
    }

    [GeneratedRegex(@"""(?<key>\w+)""\s*:\s*(?<value>""[^""]*""|\{)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Member();
}
