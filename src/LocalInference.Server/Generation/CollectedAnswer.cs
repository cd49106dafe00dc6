using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Server.Generation;

/// <summary>A whole answer, for those who do not want it in pieces.</summary>
internal sealed class CollectedAnswer
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<Thought> _signed = [];
    private readonly List<ToolCallCompleted> _calls = [];
    private readonly List<TokenGenerated> _tokens = [];
    private GenerationEnded? _ended;
    private int _signedLength;

    private CollectedAnswer(GenerationStarted started) => Started = started;

    public GenerationStarted Started { get; }

    public string Text => _text.ToString();

    public string Reasoning => _reasoning.ToString();

    /// <summary>The same piece by piece, with what providers signed it with.</summary>
    public IReadOnlyList<Thought> Thoughts => _signedLength < _reasoning.Length ? [.. _signed, new Thought(Unsigned)] : _signed;

    public IReadOnlyList<ToolCallCompleted> Calls => _calls;

    /// <summary>Each token with its probability, if that was asked for.</summary>
    public IReadOnlyList<TokenGenerated> Tokens => _tokens;

    public GenerationEnded Ended => _ended ?? throw new InvalidOperationException("The generator's last event is not its end.");

    private string Unsigned => _reasoning.ToString(_signedLength, _reasoning.Length - _signedLength);

    public static async Task<CollectedAnswer> ReadAsync(RunningAnswer running)
    {
        var answer = new CollectedAnswer(running.Started);
        await running.ReadAsync(answer.AddAsync).ConfigureAwait(false);
        return answer;
    }

    private ValueTask AddAsync(GenerationEvent e)
    {
        switch (e)
        {
            case TextDelta delta:
                _text.Append(delta.Text);
                break;
            case ReasoningDelta delta:
                _reasoning.Append(delta.Text);
                break;
            case ReasoningSigned { IsRedacted: false } signed:
                _signed.Add(new Thought(Unsigned, signed.Signature));
                _signedLength = _reasoning.Length;
                break;
            case ReasoningSigned redacted:
                AddUnsigned();
                _signed.Add(new Thought("", redacted.Signature, IsRedacted: true));
                break;
            case ToolCallCompleted call:
                _calls.Add(call);
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

    private void AddUnsigned()
    {
        if (_signedLength < _reasoning.Length)
        {
            _signed.Add(new Thought(Unsigned));
            _signedLength = _reasoning.Length;
        }
    }
}
