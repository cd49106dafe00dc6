using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.Anthropic;

/// <summary>Reads <c>system</c> and <c>messages</c>, whose contents are a text or an array of blocks.</summary>
internal static class MessageReader
{
    // What Claude Code begins its system message with: a line that is another one in every request, behind which no prompt would be cached.
    private const string BillingMark = "x-anthropic-billing-header:";

    public static ConversationReader Read(JsonFields request)
    {
        var conversation = new ConversationReader();
        if (Instructions(request) is { Length: > 0 } system)
        {
            conversation.Add("system", system, reasoning: null, []);
        }

        bool isEmpty = true;
        foreach (var (value, path) in request.Items("messages"))
        {
            isEmpty = false;
            JsonFields message = JsonFields.AsObject(value, path);
            switch (message.RequiredText("role"))
            {
                case "user":
                    AddUser(conversation, message);
                    break;
                case "assistant":
                    AddAssistant(conversation, message);
                    break;
                case "system":
                    conversation.Add("system", Text(message, "content"), reasoning: null, []);
                    break;
                default:
                    throw JsonFields.Wrong(message.Path + "role", "user or assistant");
            }
        }

        return isEmpty ? throw RequestException.Bad("messages: at least one message is required", "messages") : conversation;
    }

    // What functions answered is a message of its own here, and stands before what the user says to it.
    private static void AddUser(ConversationReader conversation, JsonFields message)
    {
        var text = new StringBuilder();
        bool hasResults = false;
        foreach (JsonFields block in Blocks(message, "content", text))
        {
            switch (block.RequiredText("type"))
            {
                case "text":
                    text.Append(block.RequiredText("text"));
                    break;
                case "tool_result":
                    hasResults = true;
                    conversation.AddResult(block.RequiredText("tool_use_id"), name: null, Text(block, "content"));
                    break;
                default:
                    throw Unread(block);
            }
        }

        if (text.Length > 0 || !hasResults)
        {
            conversation.Add("user", text.ToString(), reasoning: null, []);
        }
    }

    private static void AddAssistant(ConversationReader conversation, JsonFields message)
    {
        var text = new StringBuilder();
        List<Thought> thoughts = [];
        List<ToolCallCompleted> calls = [];
        foreach (JsonFields block in Blocks(message, "content", text))
        {
            switch (block.RequiredText("type"))
            {
                case "text":
                    text.Append(block.RequiredText("text"));
                    break;
                case "thinking":
                    AddThought(thoughts, block.RequiredText("thinking"), block.Text("signature"));
                    break;
                case "redacted_thinking":
                    thoughts.Add(new Thought("", block.RequiredText("data"), IsRedacted: true));
                    break;
                case "tool_use":
                    string arguments = block.Object("input")?.Element.GetRawText() ?? "{}";
                    calls.Add(new ToolCallCompleted(calls.Count, block.RequiredText("id"), block.RequiredText("name"), arguments, IsComplete: true));
                    break;
                default:
                    throw Unread(block);
            }
        }

        conversation.Add("assistant", text.ToString(), thoughts, calls);
    }

    // A signature of this server's own says nothing to a provider, which would refuse it.
    private static void AddThought(List<Thought> thoughts, string text, string? signature)
    {
        string? others = string.IsNullOrEmpty(signature) || signature.StartsWith(MessageFields.IdPrefix, StringComparison.Ordinal) ? null : signature;
        if (text.Length > 0 || others is not null)
        {
            thoughts.Add(new Thought(text, others));
        }
    }

    private static string Instructions(JsonFields request)
    {
        var whole = new StringBuilder();
        List<string> parts = [.. Blocks(request, "system", whole).Select(TextOf)];
        if (whole.Length > 0)
        {
            parts.Add(whole.ToString());
        }

        if (parts is [var first, ..] && first.StartsWith(BillingMark, StringComparison.Ordinal))
        {
            int end = first.IndexOf('\n', StringComparison.Ordinal);
            parts[0] = end < 0 ? "" : first[(end + 1)..];
        }

        return string.Concat(parts);
    }

    // A text, or the texts of blocks.
    private static string Text(JsonFields fields, string name)
    {
        var text = new StringBuilder();
        foreach (JsonFields block in Blocks(fields, name, text))
        {
            text.Append(TextOf(block));
        }

        return text.ToString();
    }

    private static string TextOf(JsonFields block) => block.RequiredText("type") == "text" ? block.RequiredText("text") : throw Unread(block);

    // A content that is a mere text goes into the text at once.
    private static IEnumerable<JsonFields> Blocks(JsonFields fields, string name, StringBuilder text)
    {
        switch (fields.Any(name))
        {
            case { ValueKind: JsonValueKind.String } whole:
                text.Append(whole.GetString());
                return [];
            case null or { ValueKind: JsonValueKind.Array }:
                return fields.Items(name).Select(static item => JsonFields.AsObject(item.Value, item.Path));
            default:
                throw JsonFields.Wrong(fields.Path + name, "a text or an array of blocks");
        }
    }

    private static RequestException Unread(JsonFields block) => RequestException.Bad(
        $"{block.Path}type: this model reads text only, not '{block.RequiredText("type")}'; leave it out, or say in words what it shows",
        block.Path + "type");
}
