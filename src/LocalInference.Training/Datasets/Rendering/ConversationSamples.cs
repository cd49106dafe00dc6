using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>
/// Renders conversations with a model's chat template, and finds what its assistant wrote. An answer is what rendering adds when its
/// message is there, behind what the template writes to ask for an answer:
/// <code>
/// up to the question   &lt;|im_start|&gt;user … &lt;|im_end|&gt;
/// … asking             &lt;|im_start|&gt;user … &lt;|im_end|&gt; &lt;|im_start|&gt;assistant\n
/// up to the answer     &lt;|im_start|&gt;user … &lt;|im_end|&gt; &lt;|im_start|&gt;assistant\n It is 4.&lt;|im_end|&gt;\n
///                                                                      ───────────────── learned
/// </code>
/// Templates that write an answer otherwise once more follows, such as those that drop its thoughts, make a sample of each answer.
/// </summary>
internal sealed class ConversationSamples(ModelTemplate template, DateOnly today, CancellationToken cancellationToken)
{
    /// <exception cref="GenerationException">The template fails, or refuses the conversation.</exception>
    public IEnumerable<RenderedSample> Render(ConversationRecord record)
    {
        ChatPromptRequest request = Request(record);
        int[] answers = Answers(record, request);
        MarkedText whole = Text(request, request.Messages.Count, asks: false);
        TextRange[] learned = [.. answers.Select(index => Answer(request, index, out _))];
        bool isOneText = answers.All(index => whole.Text.StartsWith(Text(request, index + 1, asks: false).Text, StringComparison.Ordinal));
        if (isOneText)
        {
            return [new RenderedSample(whole, learned)];
        }

        return answers.Select(index =>
        {
            TextRange range = Answer(request, index, out MarkedText text);
            return new RenderedSample(text, [range]);
        });
    }

    // As the engine does it for a request: a template that knows no tools is told of them in words.
    private ChatPromptRequest Request(ConversationRecord record)
    {
        bool hasCalls = record.Tools.Count > 0 || record.Messages.Any(static message => message.ToolCalls.Count > 0 || message.Role == "tool");
        bool instructs = hasCalls && !(template.Template.Capabilities.Tools && template.Format.HasTools);
        return new ChatPromptRequest
        {
            Messages = instructs ? ToolInstructions.Rewrite(record.Messages, record.Tools) : record.Messages,
            Tools = instructs ? [] : record.Tools,
            Now = new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero),
        };
    }

    // Instructions may have been put before the messages, and results of calls together, but answers stay, in order.
    private static int[] Answers(ConversationRecord record, ChatPromptRequest request)
    {
        int[] places = [.. request.Messages.Index().Where(static message => message.Item.Role == "assistant").Select(static message => message.Index)];
        bool[] learned = [.. record.Messages.Index().Where(static message => message.Item.Role == "assistant").Select(message => record.IsLearned(message.Index))];
        return [.. places.Where((_, i) => learned[i])];
    }

    private TextRange Answer(ChatPromptRequest request, int index, out MarkedText text)
    {
        string before = Text(request, index, asks: false).Text;
        string asked = Text(request, index, asks: true).Text;
        text = Text(request, index + 1, asks: false);
        int start = text.Text.AsSpan().CommonPrefixLength(asked.AsSpan());
        return start >= before.AsSpan().CommonPrefixLength(asked.AsSpan()) && start < text.Text.Length
            ? new TextRange(start, text.Text.Length)
            : new TextRange(text.Text.Length, text.Text.Length);
    }

    private MarkedText Text(ChatPromptRequest request, int count, bool asks) => count == 0
        ? new MarkedText("", [])
        : ModelChat.Render(template, request with { Messages = [.. request.Messages.Take(count)], AddGenerationPrompt = asks }, cancellationToken);
}
