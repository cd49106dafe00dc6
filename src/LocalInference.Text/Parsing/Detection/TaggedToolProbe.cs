using System.Text.RegularExpressions;

namespace LocalInference.Text.Parsing;

/// <summary>Finds the markers of calls whose arguments are in tags.</summary>
internal static partial class TaggedToolProbe
{
    public static ToolFormat? Find(string pre, string post, string? between, string end)
    {
        int textKey = post.IndexOf(TemplateProbe.TextKey, StringComparison.Ordinal);
        int text = post.IndexOf(TemplateProbe.TextValue, Math.Max(0, textKey), StringComparison.Ordinal);
        int numberKey = post.IndexOf(TemplateProbe.NumberKey, Math.Max(0, text), StringComparison.Ordinal);
        int number = post.IndexOf(TemplateProbe.NumberValue, Math.Max(0, numberKey), StringComparison.Ordinal);
        if (textKey < 0 || text < 0 || numberKey < 0 || number < 0)
        {
            return null;
        }

        string beforeKey = post[..textKey];
        string beforeText = post[(textKey + TemplateProbe.TextKey.Length)..text];
        string afterText = post[(text + TemplateProbe.TextValue.Length)..numberKey];
        string beforeNumber = post[(numberKey + TemplateProbe.NumberKey.Length)..number];
        string afterNumber = post[(number + TemplateProbe.NumberValue.Length)..];
        string valueEnd = afterText[..MarkupText.CommonStart(afterText, afterNumber)];
        if (valueEnd.Trim().Length == 0)
        {
            return null;
        }

        string tail = ToolProbe.Before(afterNumber[valueEnd.Length..], end);
        string? afterCall = between is not null && between.StartsWith(valueEnd, StringComparison.Ordinal) ? between[valueEnd.Length..] : null;
        (string section, string call, string callEnd) = ToolProbe.Split(pre, afterCall);
        if (afterCall is null)
        {
            callEnd = tail.Trim();
        }

        string keyPrefix = afterText[valueEnd.Length..].Trim();
        (string callStart, string namePrefix) = MarkupText.IsTag(call) ? (call, string.Empty) : MarkupText.SplitLast(call);
        string functionEnd = callStart.Length > 0 && namePrefix.Length > 0 ? MarkupText.First(callEnd) : string.Empty;
        string sectionEnd = section.Length == 0 ? string.Empty : MarkupText.First(MarkupText.After(tail, callEnd));
        ToolFormat format = new()
        {
            Syntax = CallSyntax.Tagged,
            SectionStart = section,
            SectionEnd = sectionEnd,
            CallStart = callStart,
            NamePrefix = namePrefix,
            FunctionEnd = functionEnd,
            CallEnd = MarkupText.After(callEnd, functionEnd),
            KeyPrefix = keyPrefix,
            ValueSuffix = valueEnd.Trim(),
            ValueHasOwnLines = valueEnd.StartsWith('\n') && beforeText.EndsWith('\n'),
            EndsReasoning = true,
        };
        format = WithNameSuffix(format, beforeKey.Trim());
        return WithKeySuffix(format, beforeText, beforeNumber);
    }

    private static ToolFormat WithNameSuffix(ToolFormat format, string beforeKey)
    {
        string suffix = beforeKey.EndsWith(format.KeyPrefix, StringComparison.Ordinal) ? beforeKey[..^format.KeyPrefix.Length].Trim() : beforeKey;
        Match attribute = Attribute().Match(suffix);
        return attribute.Success
            ? format with { NameSuffix = attribute.Groups["suffix"].Value, NameTail = attribute.Groups["tail"].Value }
            : format with { NameSuffix = suffix };
    }

    private static ToolFormat WithKeySuffix(ToolFormat format, string beforeText, string beforeNumber)
    {
        if (beforeText != beforeNumber)
        {
            // An attribute says the type: what both have in common is around it.
            int start = beforeText.AsSpan().CommonPrefixLength(beforeNumber);
            int end = beforeText.LastIndexOf('"');
            return end <= start ? format with { KeySuffix = beforeText.Trim() } : format with
            {
                KeySuffix = beforeText[..start],
                TypeSuffix = beforeText[end..].Trim(),
            };
        }

        string first = MarkupText.First(beforeText);
        string rest = MarkupText.After(beforeText, first);
        return rest.Length > 0 && MarkupText.IsTag(first)
            ? format with { KeySuffix = first, ValuePrefix = rest }
            : format with { KeySuffix = beforeText.Trim() };
    }

    [GeneratedRegex(@"^(?<suffix>"" \w+="")[^""]*(?<tail>"".*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Attribute();
}
