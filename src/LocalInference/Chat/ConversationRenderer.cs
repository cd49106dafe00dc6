using LocalInference.Abstractions;
using LocalInference.Text;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>Renders a conversation behind the tokens that precede it, and leaves out its oldest messages where both have to fit.</summary>
internal sealed class ConversationRenderer(Tokenizer tokenizer, ModelTemplate template, ChatPromptRequest request, ReadOnlyMemory<int> preceding, CancellationToken cancellationToken)
{
    /// <param name="room">Tokens that the prompt may have; <see langword="null"/>: any number.</param>
    public (RenderedConversation Conversation, PromptTruncation? Truncation) Fit(int? room)
    {
        RenderedConversation whole = Render(request);
        if (room is null || whole.Tokens.Length <= room)
        {
            return (whole, null);
        }

        // Fewer messages are never longer, so a bisection over the places where something may be cut finds the first that fits.
        int[] starts = [.. Turns()];
        RenderedConversation best = whole;
        int dropped = 0;
        (int low, int high) = (0, starts.Length - 1);
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int first = FirstTurn;
            RenderedConversation shorter = Render(request with { Messages = [.. request.Messages.Take(first), .. request.Messages.Skip(starts[middle])] });
            if (shorter.Tokens.Length <= room)
            {
                (best, dropped) = (shorter, starts[middle] - first);
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return dropped == 0 ? (whole, null) : (best, new PromptTruncation { DroppedMessages = dropped, DroppedTokens = whole.Tokens.Length - best.Tokens.Length });
    }

    // Behind the system's messages at the start.
    private int FirstTurn => request.Messages.TakeWhile(static message => message.Role is "system" or "developer").Count();

    // Where a turn of the user begins that is not the first: calls stay with their results, and a conversation begins with a question.
    private IEnumerable<int> Turns()
    {
        for (int i = FirstTurn + 1; i < request.Messages.Count; i++)
        {
            if (request.Messages[i].Role == "user")
            {
                yield return i;
            }
        }
    }

    private RenderedConversation Render(ChatPromptRequest conversation)
    {
        MarkedText text = ModelChat.Render(template, conversation, cancellationToken);
        return new RenderedConversation(PromptTokens.Behind(tokenizer, preceding.Span, PromptTokens.Encode(tokenizer, text)), GenerationPrompt(conversation, text));
    }

    // What the template writes for the answer is what it adds when it is asked to. Go templates add it always: of theirs, thinking that
    // they open or end is known.
    private string GenerationPrompt(ChatPromptRequest conversation, MarkedText prompt)
    {
        bool continues = conversation.ContinueFinalMessage && conversation.Messages is [.., { Role: "assistant" }];
        ChatPromptRequest without = continues
            ? conversation with { Messages = [.. conversation.Messages.SkipLast(1)], ContinueFinalMessage = false, AddGenerationPrompt = false }
            : conversation with { AddGenerationPrompt = false };
        if (without.Messages.Count == 0)
        {
            return "";
        }

        string before = ModelChat.Render(template, without, cancellationToken).Text;
        return prompt.Text == before ? AnswerPrefix.AtEndOf(template.Format, prompt)
            : prompt.Text.StartsWith(before, StringComparison.Ordinal) ? prompt.Text[before.Length..]
            : "";
    }
}
