using System.Text.RegularExpressions;

namespace LocalInference.Text.Parsing;

/// <summary>
/// Finds how a template writes tool calls, from a render with one call and one with two: what is before the second name and
/// was before the first belongs to each call, the rest to all of them.
/// </summary>
internal static partial class ToolProbe
{
    public static ToolFormat? Find(TemplateProbe probe, ChatFormat format)
    {
        string? one = Body(probe.Calls(two: false), format);
        int name = one?.IndexOf(TemplateProbe.FirstTool, StringComparison.Ordinal) ?? -1;
        if (name < 0)
        {
            return null;
        }

        string pre = one![..name];
        string post = one[(name + TemplateProbe.FirstTool.Length)..];
        string two = Body(probe.Calls(two: true), format) ?? one;
        string end = EndOfTurn(probe, one);
        if (post.StartsWith('(') || post.StartsWith(" (", StringComparison.Ordinal))
        {
            return Pythonic(pre, post, end);
        }

        if (pre.TrimEnd().EndsWith('"') && IsInJson(pre))
        {
            return JsonToolProbe.Find(one, pre, end);
        }

        string? between = Between(two, one, name);
        if (post.Contains($"{{\"{TemplateProbe.TextKey}\"", StringComparison.Ordinal) || ArgumentsObject().IsMatch(post))
        {
            return NamedJson(pre, post, between, end);
        }

        return TaggedToolProbe.Find(pre, post, between, end);
    }

    /// <summary>The text of an answer behind header and empty thinking.</summary>
    private static string? Body(string? answer, ChatFormat format)
    {
        if (answer is null)
        {
            return null;
        }

        answer = WithoutHeader(answer, format.Header ?? string.Empty);
        int name = answer.IndexOf(TemplateProbe.FirstTool, StringComparison.Ordinal);
        foreach (string marker in new[] { format.ReasoningEnd, format.ContentEnd })
        {
            int thought = marker.Length == 0 || name < 0 ? -1 : answer.LastIndexOf(marker, name, StringComparison.Ordinal);
            answer = thought < 0 ? answer : answer[(thought + marker.Length)..];
            name = answer.IndexOf(TemplateProbe.FirstTool, StringComparison.Ordinal);
        }

        return answer.TrimStart();
    }

    /// <summary>Removes the header, or as much of its end as the render before the answer does not have.</summary>
    private static string WithoutHeader(string answer, string header)
    {
        int at = header.Length == 0 ? -1 : answer.IndexOf(header, StringComparison.Ordinal);
        if (at >= 0)
        {
            return answer[(at + header.Length)..];
        }

        for (int skipped = 1; skipped < header.Length; skipped++)
        {
            if (answer.AsSpan().StartsWith(header.AsSpan(skipped), StringComparison.Ordinal))
            {
                return answer[(header.Length - skipped)..];
            }
        }

        return answer;
    }

    /// <summary>What ends an answer without calls too.</summary>
    private static string EndOfTurn(TemplateProbe probe, string one)
    {
        string? plain = probe.Answer(TemplateProbe.Content, null);
        int content = plain?.IndexOf(TemplateProbe.Content, StringComparison.Ordinal) ?? -1;
        if (content < 0)
        {
            return string.Empty;
        }

        string tail = plain![(content + TemplateProbe.Content.Length)..];
        return one[^MarkupText.CommonEnd(one, tail)..];
    }

    /// <summary>What is between the arguments of the first call and the name of the second.</summary>
    private static string? Between(string two, string one, int name)
    {
        int shared = Math.Max(two.AsSpan().CommonPrefixLength(one), name + TemplateProbe.FirstTool.Length);
        int value = two.IndexOf(TemplateProbe.NumberValue, Math.Min(name, two.Length), StringComparison.Ordinal);
        int text = two.IndexOf(TemplateProbe.TextValue, Math.Min(name, two.Length), StringComparison.Ordinal);
        int from = Math.Max(value + TemplateProbe.NumberValue.Length, text + TemplateProbe.TextValue.Length);
        int second = two.IndexOf(TemplateProbe.SecondTool, Math.Min(shared, two.Length), StringComparison.Ordinal);
        second = second < 0 ? two.IndexOf(TemplateProbe.SecondTool, StringComparison.Ordinal) : second;
        return value < 0 || text < 0 || second <= from ? null : two[from..second];
    }

    private static ToolFormat Pythonic(string pre, string post, string end)
    {
        string close = Before(post[(post.LastIndexOf(')') + 1)..], end);
        return new ToolFormat
        {
            Syntax = CallSyntax.Pythonic,
            IsArray = pre.TrimEnd().EndsWith('['),
            CallStart = pre.Trim().TrimEnd('[').Trim(),
            CallEnd = close.Trim().TrimStart(']').Trim(),
        };
    }

    private static ToolFormat NamedJson(string pre, string post, string? between, string end)
    {
        int open = post.IndexOf('{');
        int close = post.LastIndexOf('}');
        string middle = post[..open];
        string after = Before(post[(close + 1)..], end).Trim();
        (string section, string call, string callEnd) = Split(pre, between?[(between.IndexOf('}') + 1)..]);
        string sectionEnd = MarkupText.First(MarkupText.After(after, callEnd));
        callEnd = between is null ? after : callEnd;
        string argumentsEnd = MarkupText.First(callEnd);
        argumentsEnd = MarkupText.IsTag(argumentsEnd) ? string.Empty : argumentsEnd;
        ToolFormat format = new()
        {
            Syntax = CallSyntax.NamedJson,
            SectionStart = section,
            SectionEnd = section.Length == 0 ? string.Empty : sectionEnd,
            CallEnd = MarkupText.After(callEnd, argumentsEnd),
            ArgumentsEnd = argumentsEnd,
            NameSuffix = middle.Trim(),
        };
        return WithId(WithCallStart(format, call), middle);
    }

    private static ToolFormat WithCallStart(ToolFormat format, string call)
    {
        const string KimiPrefix = "functions.";
        int id = call.IndexOf(TemplateProbe.CallId, StringComparison.Ordinal);
        if (id >= 0)
        {
            return format with { CallStart = call[..id].Trim(), LeadingIdEnd = call[(id + TemplateProbe.CallId.Length)..].Trim() };
        }

        if (call.EndsWith(KimiPrefix, StringComparison.Ordinal))
        {
            return format with
            {
                CallStart = call[..^KimiPrefix.Length].Trim(),
                NameIsInId = true,
                NameSuffix = format.NameSuffix.TrimStart(':', '0'),
                EndsReasoning = true,
            };
        }

        string first = MarkupText.First(call);
        string rest = MarkupText.After(call, first);
        return MarkupText.IsTag(first) ? format with { CallStart = first, NamePrefix = rest } : format with { NamePrefix = call.Trim() };
    }

    private static ToolFormat WithId(ToolFormat format, string middle)
    {
        int id = middle.IndexOf(TemplateProbe.CallId, StringComparison.Ordinal);
        return id < 0 ? format : format with
        {
            NameSuffix = string.Empty,
            IdPrefix = middle[..id].Trim(),
            ArgumentsStart = middle[(id + TemplateProbe.CallId.Length)..].Trim(),
        };
    }

    /// <summary>Parts what is before the first name into the section's start and the call's, by what is before the second.</summary>
    public static (string Section, string Call, string CallEnd) Split(string pre, string? between)
    {
        pre = pre.Trim();
        if (between is null)
        {
            return (string.Empty, pre, string.Empty);
        }

        between = SecondId().Replace(between, TemplateProbe.CallId).Trim();
        int shared = 0;
        while (shared < Math.Min(pre.Length, between.Length) && pre[^(shared + 1)] == between[^(shared + 1)])
        {
            shared++;
        }

        // Not half a tag: "<a><b x=" and "</b><b x=" share ">" before "<b x=" too.
        string call = pre[^shared..];
        int tag = call.IndexOf('<');
        int bracket = call.IndexOf('[');
        int start = tag < 0 ? bracket : bracket < 0 ? tag : Math.Min(tag, bracket);
        call = shared == pre.Length || start < 0 ? call : call[start..];
        return (pre[..^call.Length].Trim(), call.Trim(), between[..^call.Length].Trim());
    }

    /// <summary>A text without the end of the turn.</summary>
    public static string Before(string text, string end) =>
        end.Length > 0 && text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;

    private static bool IsInJson(string pre)
    {
        string text = pre.TrimEnd()[..^1].TrimEnd();
        return text.EndsWith('{') || text.EndsWith(':');
    }

    [GeneratedRegex($@"\{{\s*""{TemplateProbe.TextKey}""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ArgumentsObject();

    [GeneratedRegex("call00002", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SecondId();
}
