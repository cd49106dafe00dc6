using System.Text;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>What has been passed on of an answer, so that another model can go on from there. Used by the reader of the answer.</summary>
internal sealed class AnswerSoFar(GenerationRequest request)
{
    /// <summary>Bytes of a token, for answers whose updates have more than one.</summary>
    private const int BytesPerToken = 4;

    private readonly StringBuilder _text = new();
    private int _updates;
    private bool _hasThoughts;

    // Who goes on knows nothing of a grammar's state, of calls that have begun, of tokens that were told before their text, or of another
    // model's vocabulary.
    private bool _isPlain = request is { Output: null, LogProbabilities: null, Input: ChatInput or PromptInput { Suffix: null } } && request.Input.PrecedingTokens.IsEmpty;

    /// <summary>Space at the end of the text, which the other model was not told: as far as it begins with the same, it is not passed on again.</summary>
    private string _untold = "";

    /// <summary>Whether another model can go on unseen. Not within thoughts: whoever goes on begins its own anew.</summary>
    public bool CanGoOn => _isPlain && !(_hasThoughts && _text.Length == 0);

    /// <summary>Sees an event before it is passed on; <see langword="null"/>: nothing of it is to be.</summary>
    public GenerationEvent? Of(GenerationEvent e)
    {
        switch (e)
        {
            case TextDelta delta:
                string text = WithoutUntold(delta.Text);
                _text.Append(text);
                _updates++;
                return text.Length == delta.Text.Length ? e : text.Length > 0 ? new TextDelta(text) : null;
            case ReasoningDelta or ReasoningSigned:
                _hasThoughts = true;
                _updates++;
                return e;
            case ToolCallStarted:
                _isPlain = false;
                return e;
            default:
                return e;
        }
    }

    /// <summary>The request for what is missing. The text's end without space: Anthropic refuses it, and vocabularies have it at the beginning of words.</summary>
    public GenerationRequest Rest()
    {
        string all = _text.ToString();
        string text = all.TrimEnd();
        _untold = all[text.Length..];
        int spent = Math.Max(_updates, Encoding.UTF8.GetByteCount(all) / BytesPerToken);
        return request with
        {
            MaxTokens = request.MaxTokens is { } most ? Math.Max(1, most - spent) : null,
            Input = text.Length == 0 ? request.Input : request.Input switch
            {
                ChatInput chat => chat with { Messages = Messages(chat, text), ContinueFinalMessage = true, Reasoning = Reasoning(chat.Reasoning) },
                PromptInput prompt => prompt with { Text = prompt.Text + text },
                var other => other,
            },
        };
    }

    private static IReadOnlyList<ChatMessage> Messages(ChatInput chat, string text) => chat.ContinueFinalMessage && chat.Messages is [.., { } last] && last.Role == ChatRole.Assistant
        ? [.. chat.Messages.SkipLast(1), new ChatMessage(ChatRole.Assistant, [.. last.Contents, new TextContent(text)])]
        : [.. chat.Messages, new ChatMessage(ChatRole.Assistant, text)];

    // It was thought about, and the answer has begun.
    private ReasoningSettings Reasoning(ReasoningSettings asked) => _hasThoughts || asked.Enabled == true
        ? asked with { Enabled = false, Effort = null, MaxTokens = null }
        : asked;

    private string WithoutUntold(string text)
    {
        int same = 0;
        while (same < _untold.Length && same < text.Length && _untold[same] == text[same])
        {
            same++;
        }

        _untold = same == text.Length ? _untold[same..] : "";
        return text[same..];
    }
}
