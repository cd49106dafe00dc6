using System.Text;
using System.Text.Json;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>Reads the <c>messages</c> of OpenAI's chat requests.</summary>
internal static class ChatMessageReader
{
    public static ConversationReader Read(JsonFields request)
    {
        var conversation = new ConversationReader();
        foreach (var (value, path) in request.Items("messages"))
        {
            JsonFields message = JsonFields.AsObject(value, path);
            string role = message.RequiredText("role");
            switch (role)
            {
                case "tool" or "function":
                    conversation.AddResult(message.Text("tool_call_id"), message.Text("name"), Text(message));
                    break;
                case "system" or "developer":
                    // Templates know one word for both.
                    conversation.Add("system", Text(message), reasoning: null, []);
                    break;
                case "user":
                    conversation.Add("user", Text(message), reasoning: null, []);
                    break;
                case "assistant":
                    conversation.Add("assistant", Text(message), message.Text("reasoning_content") ?? message.Text("reasoning"), conversation.ReadCalls(message));
                    break;
                default:
                    throw JsonFields.Wrong(message.Path + "role", "system, developer, user, assistant or tool");
            }
        }

        return conversation.Messages.Count > 0 ? conversation : throw RequestException.Bad("[] is too short - 'messages'", "messages");
    }

    // A text, or parts of which only texts can be read.
    private static string Text(JsonFields message)
    {
        switch (message.Any("content"))
        {
            case null:
                return "";
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString()!;
            case { ValueKind: JsonValueKind.Array }:
                var all = new StringBuilder();
                foreach (var (value, path) in message.Items("content"))
                {
                    all.Append(Part(JsonFields.AsObject(value, path)));
                }

                return all.ToString();
            default:
                throw JsonFields.Wrong(message.Path + "content", "a text or an array of parts");
        }
    }

    private static string Part(JsonFields part) => part.RequiredText("type") switch
    {
        "text" => part.RequiredText("text"),
        "refusal" => part.RequiredText("refusal"),
        var type => throw RequestException.Bad($"{part.Path}type: this model reads text only, not '{type}'; leave it out, or say in words what it shows", part.Path + "type"),
    };
}
