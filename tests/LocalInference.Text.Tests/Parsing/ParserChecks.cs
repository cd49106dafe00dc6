using System.Text;
using System.Text.Json;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>What must hold for every parser and every text.</summary>
internal static class ParserChecks
{
    /// <summary>The merged events are the same for the whole text, for single code units and for random pieces.</summary>
    public static void SameEventsHoweverCut(ChatFormat format, ChatParserOptions options, string text, Random random)
    {
        List<ChatParseEvent> whole = Run(format, options, [text]);
        Assert.Equal(whole, Run(format, options, text.Select(c => c.ToString())));
        Assert.Equal(whole, Run(format, options, Pieces(text, random)));
    }

    /// <summary>Parses and checks that events and message say the same and that arguments are JSON.</summary>
    public static List<ChatParseEvent> Run(ChatFormat format, ChatParserOptions options, IEnumerable<string> pieces)
    {
        ChatParser parser = new(format, options);
        List<ChatParseEvent> events = [];
        foreach (string piece in pieces)
        {
            events.AddRange(parser.Feed(piece));
        }

        events.AddRange(parser.Complete());
        CheckConsistency(events, parser.Message);
        return Merge(events);
    }

    private static IEnumerable<string> Pieces(string text, Random random)
    {
        for (int start = 0; start < text.Length;)
        {
            int length = Math.Min(random.Next(1, 12), text.Length - start);
            yield return text.Substring(start, length);
            start += length;
        }
    }

    private static List<ChatParseEvent> Merge(List<ChatParseEvent> events)
    {
        List<ChatParseEvent> merged = [];
        foreach (ChatParseEvent one in events)
        {
            if (merged.Count > 0 && one.Text.Length > 0 && merged[^1].Kind == one.Kind && merged[^1].CallIndex == one.CallIndex)
            {
                merged[^1] = one with { Text = merged[^1].Text + one.Text };
            }
            else
            {
                merged.Add(one);
            }
        }

        return merged;
    }

    private static void CheckConsistency(List<ChatParseEvent> events, ChatMessage message)
    {
        StringBuilder content = new();
        StringBuilder reasoning = new();
        StringBuilder arguments = new();
        int started = 0;
        int completed = 0;
        foreach (ChatParseEvent one in events)
        {
            switch (one.Kind)
            {
                case ChatParseEventKind.ContentDelta:
                    content.Append(one.Text);
                    break;
                case ChatParseEventKind.ReasoningDelta:
                    reasoning.Append(one.Text);
                    break;
                case ChatParseEventKind.ToolCallStarted:
                    Assert.Equal(started++, one.CallIndex);
                    arguments.Clear();
                    break;
                case ChatParseEventKind.ToolArgumentsDelta:
                    Assert.Equal(started - 1, one.CallIndex);
                    arguments.Append(one.Text);
                    break;
                default:
                    Assert.Equal(completed++, one.CallIndex);
                    Assert.Equal(arguments.ToString(), one.Call!.Arguments);
                    AssertJson(one.Call.Arguments);
                    break;
            }
        }

        Assert.Equal(started, completed);
        Assert.Equal(started, message.ToolCalls.Count);
        Assert.Equal(message.Content ?? string.Empty, content.ToString());
        Assert.Equal(message.ReasoningContent ?? string.Empty, reasoning.ToString());
    }

    /// <summary>Whoever gets arguments reads them with the platform's defaults, and decodes each text in them.</summary>
    private static void AssertJson(string arguments)
    {
        // A random text may hold half a surrogate pair as it is, which no reader of strings takes.
        try
        {
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(arguments));
            Decode(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Assert.Fail($"Arguments are no JSON: {arguments} ({e.Message})");
        }
    }

    private static void Decode(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Assert.NotNull(value.GetString());
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Decode(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Assert.NotNull(property.Name);
                    Decode(property.Value);
                }

                break;
        }
    }
}
