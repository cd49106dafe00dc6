using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>Puts a conversation together from items. Thoughts, words and calls of the model that follow each other are one message of it.</summary>
internal sealed class ResponseConversation
{
    private readonly ConversationReader _conversation = new();
    private readonly StringBuilder _reasoning = new();
    private readonly StringBuilder _text = new();
    private readonly List<ToolCallCompleted> _calls = [];
    private bool _isOpen;

    /// <summary>The messages of items, behind instructions.</summary>
    /// <param name="instructions">What comes first; <see langword="null"/>: nothing.</param>
    /// <param name="items">Items as <see cref="InputItems"/> and responses write them.</param>
    public static IReadOnlyList<ChatMessage> Read(string? instructions, IEnumerable<JsonElement> items)
    {
        var read = new ResponseConversation();
        if (!string.IsNullOrEmpty(instructions))
        {
            read._conversation.Add("system", instructions, reasoning: null, []);
        }

        foreach (JsonElement item in items)
        {
            read.Add(new JsonFields(item, "input."));
        }

        read.Close();
        return read._conversation.Messages;
    }

    private void Add(JsonFields item)
    {
        switch (item.RequiredText("type"))
        {
            case "reasoning":
                Append(_reasoning, item, "content");
                break;
            case "function_call":
                string arguments = ConversationReader.ReadArguments(item);
                _calls.Add(new ToolCallCompleted(_calls.Count, item.RequiredText("call_id"), ResponseTools.NameOf(item), arguments, IsComplete: true));
                _isOpen = true;
                break;
            case "function_call_output":
                Close();
                _conversation.AddResult(item.RequiredText("call_id"), name: null, Text(item, "output"));
                break;
            default:
                string role = item.RequiredText("role");
                if (role == "assistant")
                {
                    Append(_text, item, "content");
                    break;
                }

                Close();
                _conversation.Add(role == "developer" ? "system" : role, Text(item, "content"), reasoning: null, []);
                break;
        }
    }

    private void Append(StringBuilder builder, JsonFields item, string field)
    {
        builder.Append(Text(item, field));
        _isOpen = true;
    }

    private void Close()
    {
        if (_isOpen)
        {
            _conversation.Add("assistant", _text.ToString(), _reasoning.ToString(), [.. _calls]);
            _text.Clear();
            _reasoning.Clear();
            _calls.Clear();
            _isOpen = false;
        }
    }

    private static string Text(JsonFields item, string field) =>
        string.Concat(item.Items(field).Select(static part => JsonFields.AsObject(part.Value, part.Path).RequiredText("text")));
}
