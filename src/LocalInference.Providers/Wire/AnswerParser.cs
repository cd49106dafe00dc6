using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Reads the messages of one streamed answer as events. It does no input and output itself, so that what a provider's texts mean is told
/// apart from how they arrive.
/// </summary>
internal abstract class AnswerParser
{
    private readonly GenerationRequest _request;
    private readonly string _model;
    private readonly TimeProvider _time;
    private readonly Queue<GenerationEvent> _events = [];
    private bool _isStarted;

    protected AnswerParser(GenerationRequest request, string model, TimeProvider time)
    {
        _request = request;
        _model = model;
        _time = time;
        Calls = new ToolCallCollector(_events);
    }

    /// <summary>Whether anything but the start has come, which cannot be taken back once it is passed on.</summary>
    public bool HasUpdate => _events.Count > (_events.TryPeek(out GenerationEvent? first) && first is GenerationStarted ? 1 : 0);

    /// <summary>Whether the provider has said why the answer ended: nothing of it is missing then, whatever becomes of the connection.</summary>
    public bool IsWhole => FinishReason is not null;

    /// <summary>Whether no more messages come.</summary>
    public bool IsOver { get; protected set; }

    protected ToolCallCollector Calls { get; }

    protected FinishReason? FinishReason { get; set; }

    protected string? StopSequence { get; set; }

    /// <summary>What the answer consumed, as far as it is known yet.</summary>
    protected GenerationUsage Usage { get; set; } = new()
    {
        PromptTokens = 0,
        CachedPromptTokens = 0,
        GeneratedTokens = 0,
        PromptDuration = TimeSpan.Zero,
        GenerationDuration = TimeSpan.Zero,
    };

    public bool TryTake(out GenerationEvent? e) => _events.TryDequeue(out e);

    /// <summary>Reads a message.</summary>
    /// <exception cref="ProviderException">The message is an error.</exception>
    /// <exception cref="JsonException">It is not what the protocol says.</exception>
    public void Read(ReadOnlyMemory<byte> message)
    {
        if (IsEnd(message.Span))
        {
            IsOver = true;
            return;
        }

        using JsonDocument json = JsonDocument.Parse(message);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("A message of the answer is no object.");
        }

        Read(json.RootElement);
    }

    /// <summary>Reads an answer that was not streamed.</summary>
    /// <returns>All of its events.</returns>
    /// <exception cref="JsonException">It is not what the protocol says.</exception>
    public IReadOnlyList<GenerationEvent> ReadWhole(JsonElement answer)
    {
        Read(answer);
        if (!IsWhole)
        {
            throw new JsonException("The answer does not say why it ended.");
        }

        End(TimeSpan.Zero);
        return [.. _events];
    }

    /// <summary>Ends the answer: calls are closed, and the last event is added.</summary>
    public void End(TimeSpan duration)
    {
        Start(id: null, model: null, createdAt: null);
        Calls.EndAll();
        FinishReason reason = FinishReason!.Value;
        _events.Enqueue(new GenerationEnded
        {
            // A forced call ends with "stop" at some providers; who reads the events has to know that calls wait for results.
            FinishReason = Calls.HasCalls && reason is Abstractions.FinishReason.EndOfGeneration ? Abstractions.FinishReason.ToolCalls : reason,
            Usage = Usage with { TotalDuration = duration },
            StopSequence = StopSequence,
        });
    }

    /// <summary>Reads a message that is an object.</summary>
    protected abstract void Read(JsonElement message);

    /// <summary>Whether a message only says that there are no more.</summary>
    protected virtual bool IsEnd(ReadOnlySpan<byte> message) => false;

    protected void Start(string? id, string? model, DateTimeOffset? createdAt)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _events.Enqueue(new GenerationStarted(string.IsNullOrEmpty(id) ? Guid.NewGuid().ToString("N") : id, string.IsNullOrEmpty(model) ? _model : model, createdAt ?? _time.GetUtcNow()));
        }
    }

    protected void Text(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _events.Enqueue(new TextDelta(text));
        }
    }

    protected void Reasoning(string? text)
    {
        if (!string.IsNullOrEmpty(text) && !IsReasoningHidden)
        {
            _events.Enqueue(new ReasoningDelta(text));
        }
    }

    protected void Signature(string? signature, bool isRedacted)
    {
        if (!string.IsNullOrEmpty(signature) && !IsReasoningHidden)
        {
            _events.Enqueue(new ReasoningSigned(signature, isRedacted));
        }
    }

    protected void Token(TokenGenerated token) => _events.Enqueue(token);

    private bool IsReasoningHidden => _request.Input is ChatInput { Reasoning.Visibility: ReasoningVisibility.Hidden };
}
