using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>How much there is to read in a request: what token counts are estimated from.</summary>
/// <param name="Bytes">UTF-8 bytes of its texts, calls and functions.</param>
/// <param name="Messages">Messages, each of which takes some tokens of its own.</param>
/// <param name="Media">Pictures and files, whose tokens nobody can tell from their bytes.</param>
internal readonly record struct RequestText(long Bytes, int Messages, int Media)
{
    public static RequestText Of(GenerationRequest request) => request.Input switch
    {
        ChatInput chat => Of(chat),
        PromptInput prompt => new(Length(prompt.Text) + Length(prompt.Suffix), 0, 0),
        _ => default,
    };

    private static RequestText Of(ChatInput chat)
    {
        long bytes = 0;
        int media = 0;
        foreach (ChatMessage message in chat.Messages)
        {
            foreach (AIContent content in message.Contents)
            {
                switch (content)
                {
                    case TextContent text:
                        bytes += Length(text.Text);
                        break;
                    case TextReasoningContent reasoning:
                        bytes += Length(reasoning.Text);
                        break;
                    case FunctionCallContent call:
                        bytes += Length(call.Name) + (call.Arguments?.Sum(static argument => Length(argument.Key) + Length(argument.Value?.ToString())) ?? 0);
                        break;
                    case FunctionResultContent result:
                        bytes += Length(result.Result?.ToString());
                        break;
                    default:
                        media++;
                        break;
                }
            }
        }

        foreach (AIFunctionDeclaration tool in chat.Tools)
        {
            bytes += Length(tool.Name) + Length(tool.Description) + JsonMarshal.GetRawUtf8Value(tool.JsonSchema).Length;
        }

        return new(bytes, chat.Messages.Count, media);
    }

    private static long Length(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
