using System.Text;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Anthropic;

/// <summary>Reads <c>system</c> and <c>messages</c>, whose contents are a text or an array of blocks.</summary>
internal static class MessageReader
{
    // What Claude Code begins its system message with: a line that is another one in every request, behind which no prompt would be cached.
    private const string BillingMark = "x-anthropic-billing-header:";

    public static ConversationReader Read(JsonFields request)
    {
        var conversation = new ConversationReader();
        AddInstructions(conversation, Instructions(request));
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
                    AddInstructions(conversation, string.Concat(Texts(message, "content")));
                    break;
                default:
                    throw JsonFields.Wrong(message.Path + "role", "user or assistant");
            }
        }

        return isEmpty ? throw RequestException.Bad("messages: at least one message is required", "messages") : conversation;
    }

    // Instructions that say nothing would still be a message to a template.
    private static void AddInstructions(ConversationReader conversation, string text)
    {
        if (text.Length > 0)
        {
            conversation.Add("system", text, reasoning: null, []);
        }
    }

    // What functions answered is a message of its own here, and stands before what the user says and shows beside it, wherever that does.
    private static void AddUser(ConversationReader conversation, JsonFields message)
    {
        var said = new MessageContents();
        bool hasResults = false;
        IEnumerable<JsonFields> blocks = BlockReader.Blocks(message, "content", out string? text);
        foreach (JsonFields block in blocks)
        {
            if (block.RequiredText("type") == "tool_result")
            {
                hasResults = true;
                AddResult(conversation, block, said);
            }
            else
            {
                BlockReader.Read(block, said);
            }
        }

        said.AddText(text ?? "");
        List<AIContent> contents = said.ToList();
        if (contents.Count > 0 || !hasResults)
        {
            conversation.Add("user", contents);
        }
    }

    // A result is words: that is what every model takes. What it shows beside them becomes a part of what the user shows.
    private static void AddResult(ConversationReader conversation, JsonFields block, MessageContents said)
    {
        string id = block.RequiredText("tool_use_id");
        if (!conversation.HasCall(id))
        {
            throw RequestException.Bad($"{block.Path}tool_use_id: there is no tool_use with the id '{id}' before it", block.Path + "tool_use_id");
        }

        var result = new MessageContents();
        BlockReader.Read(block, "content", result);
        var words = new StringBuilder();
        foreach (AIContent content in result.ToList())
        {
            if (content is TextContent text)
            {
                words.Append(text.Text);
            }
            else
            {
                said.Add(content);
            }
        }

        bool hasFailed = block.Truth("is_error") == true;
        conversation.AddResult(
            id,
            name: null,
            hasFailed && words.Length == 0 ? null : words.ToString(),
            hasFailed ? new InvalidOperationException("The client says that the function failed.") : null);
    }

    private static void AddAssistant(ConversationReader conversation, JsonFields message)
    {
        var contents = new MessageContents();
        int calls = 0;
        IEnumerable<JsonFields> blocks = BlockReader.Blocks(message, "content", out string? text);
        foreach (JsonFields block in blocks)
        {
            switch (block.RequiredText("type"))
            {
                case "text":
                    contents.AddText(block.RequiredText("text"));
                    break;
                case "thinking":
                    AddThought(contents, block.RequiredText("thinking"), block.Text("signature"));
                    break;
                case "redacted_thinking":
                    contents.Add(Thought.Encrypted(block.RequiredText("data")));
                    break;
                case "tool_use":
                    string arguments = block.Object("input")?.Element.GetRawText() ?? "{}";
                    contents.Add(ConversationReader.Call(new ToolCallCompleted(calls++, block.RequiredText("id"), block.RequiredText("name"), arguments, IsComplete: true)));
                    break;
                default:
                    throw BlockReader.Unread(block);
            }
        }

        contents.AddText(text ?? "");
        conversation.Add("assistant", contents.ToList());
    }

    // A signature of this server's own says nothing to a provider, which would refuse it.
    private static void AddThought(MessageContents contents, string text, string? signature)
    {
        string? others = string.IsNullOrEmpty(signature) || signature.StartsWith(MessageFields.IdPrefix, StringComparison.Ordinal) ? null : signature;
        if (text.Length > 0 || others is not null)
        {
            contents.Add(Thought.Of(text, others));
        }
    }

    private static string Instructions(JsonFields request)
    {
        string[] parts = Texts(request, "system");
        if (parts is [var first, ..] && first.StartsWith(BillingMark, StringComparison.Ordinal))
        {
            int end = first.IndexOf('\n', StringComparison.Ordinal);
            parts[0] = end < 0 ? "" : first[(end + 1)..];
        }

        return string.Concat(parts);
    }

    // A text, or the texts of blocks.
    private static string[] Texts(JsonFields fields, string name)
    {
        IEnumerable<JsonFields> blocks = BlockReader.Blocks(fields, name, out string? text);
        return text is null ? [.. blocks.Select(TextOf)] : [text];
    }

    private static string TextOf(JsonFields block) => block.RequiredText("type") == "text" ? block.RequiredText("text") : throw BlockReader.Unread(block);
}
