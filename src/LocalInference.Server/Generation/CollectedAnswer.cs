using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Generation;

/// <summary>A whole answer, for those who do not want it in pieces.</summary>
internal sealed class CollectedAnswer
{
    private readonly MessageContents _contents = new();
    private readonly List<ToolCallCompleted> _calls = [];
    private readonly List<TokenGenerated> _tokens = [];
    private GenerationEnded? _ended;

    private CollectedAnswer(GenerationStarted started) => Started = started;

    public GenerationStarted Started { get; }

    /// <summary>
    /// Thoughts with what providers signed them with, texts, and calls with their <see cref="ToolCallCompleted"/>, in the order in which
    /// they were made.
    /// </summary>
    public IReadOnlyList<AIContent> Contents { get; private set; } = [];

    /// <summary>All that was said.</summary>
    public string Text => string.Concat(Contents.OfType<TextContent>().Select(static text => text.Text));

    /// <summary>All that was thought.</summary>
    public string Reasoning => string.Concat(Contents.OfType<TextReasoningContent>().Select(static thought => thought.Text));

    public IReadOnlyList<ToolCallCompleted> Calls => _calls;

    /// <summary>Each token with its probability, if that was asked for.</summary>
    public IReadOnlyList<TokenGenerated> Tokens => _tokens;

    public GenerationEnded Ended => _ended ?? throw new InvalidOperationException("The generator's last event is not its end.");

    public static async Task<CollectedAnswer> ReadAsync(RunningAnswer running)
    {
        var answer = new CollectedAnswer(running.Started);
        await running.ReadAsync(answer.AddAsync).ConfigureAwait(false);
        answer.Contents = answer._contents.ToList();
        return answer;
    }

    private ValueTask AddAsync(GenerationEvent e)
    {
        switch (e)
        {
            case TextDelta delta:
                _contents.AddText(delta.Text);
                break;
            case ReasoningDelta delta:
                _contents.AddThought(delta.Text);
                break;
            case ReasoningSigned { IsRedacted: false } signed:
                _contents.Sign(signed.Signature);
                break;
            case ReasoningSigned redacted:
                _contents.Add(Thought.Encrypted(redacted.Signature));
                break;
            case ToolCallCompleted call:
                _calls.Add(call);
                _contents.Add(new FunctionCallContent(call.CallId, call.Name) { RawRepresentation = call });
                break;
            case TokenGenerated token:
                _tokens.Add(token);
                break;
            case GenerationEnded ended:
                _ended = ended;
                break;
            default:
                break;
        }

        return default;
    }
}
