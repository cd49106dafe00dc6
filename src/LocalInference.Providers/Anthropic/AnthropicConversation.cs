using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>
/// A conversation in Anthropic's form: the system messages at its beginning apart, then turns. Messages of one side that follow each
/// other are one turn, because the results of all calls of an answer have to be in the very next message. A later system message stands in
/// the user's turn, at its place: few models take one there (platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages),
/// and moved to the beginning it would end what is cached and be told too early. What says nothing is left out, as an empty text would be
/// refused, and so are thoughts that another provider signed.
/// </summary>
internal sealed record AnthropicConversation(IReadOnlyList<TextContent> System, IReadOnlyList<AnthropicTurn> Turns)
{
    /// <exception cref="GenerationException">There is a system message with anything but text (<c>content_unsupported</c>).</exception>
    public static AnthropicConversation Of(IReadOnlyList<ChatMessage> messages, string provider)
    {
        List<TextContent> system = [];
        List<AnthropicTurn> turns = [];
        foreach (ChatMessage message in messages)
        {
            bool isAnswer = message.Role == ChatRole.Assistant;
            List<AIContent> contents = [.. message.Contents.Where(content => IsSent(content, isAnswer, provider))];
            if (contents.Count == 0)
            {
                continue;
            }

            if (message.Role == ChatRole.System)
            {
                List<TextContent> texts = contents.ConvertAll(content => content as TextContent ?? throw ExceptionFactory.ContentUnsupported(provider, $"{content.GetType().Name} in a system message"));
                if (turns.Count == 0)
                {
                    system.AddRange(texts);
                    continue;
                }

                contents = [.. texts.Select(static text => new TextContent($"<system-reminder>\n{text.Text}\n</system-reminder>"))];
            }

            string role = isAnswer ? "assistant" : "user";
            if (turns.Count == 0 || turns[^1].Role != role)
            {
                turns.Add(new AnthropicTurn(role, []));
            }

            turns[^1].Contents.AddRange(contents);
        }

        // Results have to come before all else in their message; otherwise the order stays.
        return new(system, [.. turns.Select(static turn => turn with { Contents = [.. turn.Contents.OrderBy(static content => content is FunctionResultContent ? 0 : 1)] })]);
    }

    // Models put mere space between thoughts and calls, and Anthropic refuses to be told of it.
    private static bool IsSent(AIContent content, bool isAnswer, string provider) => content switch
    {
        UsageContent or TextContent { Text.Length: 0 } => false,
        TextContent text => !isAnswer || !string.IsNullOrWhiteSpace(text.Text),
        TextReasoningContent { ProtectedData: { Length: > 0 } signature } => ThoughtSignature.For(signature, provider) is not null,
        TextReasoningContent thought => thought.Text.Length > 0,
        _ => true,
    };
}
