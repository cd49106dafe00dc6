using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>
/// A conversation in Anthropic's form: the system messages at its beginning apart, then turns. Messages of one side that follow each
/// other are one turn, because the results of all calls of an answer have to be in the very next message. What says nothing is left out;
/// an empty text would be refused.
/// </summary>
internal sealed record AnthropicConversation(IReadOnlyList<TextContent> System, IReadOnlyList<AnthropicTurn> Turns)
{
    /// <exception cref="GenerationException">There is a system message behind other ones, or one with anything but text (<c>content_unsupported</c>).</exception>
    public static AnthropicConversation Of(IReadOnlyList<ChatMessage> messages, string provider)
    {
        List<TextContent> system = [];
        List<AnthropicTurn> turns = [];
        foreach (ChatMessage message in messages)
        {
            AIContent[] contents = [.. message.Contents.Where(static content => content is not (UsageContent or TextContent { Text.Length: 0 }))];
            if (contents.Length == 0)
            {
                continue;
            }

            if (message.Role == ChatRole.System)
            {
                system.AddRange(turns.Count == 0
                    ? contents.Select(content => content as TextContent ?? throw ExceptionFactory.ContentUnsupported(provider, $"{content.GetType().Name} in a system message"))
                    : throw ExceptionFactory.ContentUnsupported(provider, "system message behind other messages"));
                continue;
            }

            string role = message.Role == ChatRole.Assistant ? "assistant" : "user";
            if (turns.Count == 0 || turns[^1].Role != role)
            {
                turns.Add(new AnthropicTurn(role, []));
            }

            turns[^1].Contents.AddRange(contents);
        }

        // Results have to come before all else in their message; otherwise the order stays.
        return new(system, [.. turns.Select(static turn => turn with { Contents = [.. turn.Contents.OrderBy(static content => content is FunctionResultContent ? 0 : 1)] })]);
    }
}
