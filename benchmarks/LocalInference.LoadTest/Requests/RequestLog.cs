using System.Text;

namespace LocalInference.LoadTest.Requests;

/// <summary>
/// One request and what became of it. A target writes it while the answer comes, from one thread at a time; a scenario may
/// wait for a number of tokens meanwhile, and reads the rest when the request is over.
/// </summary>
/// <param name="prompt">What to continue.</param>
/// <param name="maxTokens">Tokens to generate.</param>
/// <param name="scheduled">
/// When it was due, by <see cref="LoadClock"/>. Latencies count from here and not from when the generator got round to sending
/// it: a target that holds the generator up must not look faster for it.
/// </param>
internal sealed class RequestLog(Prompt prompt, int maxTokens, double scheduled)
{
    private readonly Lock _gate = new();
    private readonly List<double> _arrivals = [];
    private readonly List<double> _gaps = [];
    private readonly List<double> _gapEnds = [];
    private readonly List<int> _answer = [];
    private readonly StringBuilder _text = new();
    private TaskCompletionSource? _reached;
    private int _wanted;
    private int _tokens;

    public Prompt Prompt => prompt;

    public int MaxTokens => maxTokens;

    public double Scheduled => scheduled;

    /// <summary>When it was over.</summary>
    public double Ended { get; private set; }

    /// <summary>Why it failed; <see langword="null"/>: it did not.</summary>
    public string? Error { get; private set; }

    /// <summary>Whether the scenario broke it off, which is no failure.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>Tokens of the prompt as the target counts them; <see langword="null"/>: it does not say.</summary>
    public int? PromptTokens { get; set; }

    /// <summary>Those of them that it computed and did not take from a cache; <see langword="null"/>: it does not say.</summary>
    public int? ComputedPromptTokens { get; set; }

    /// <summary>Tokens generated, by the target's own count if it gives one.</summary>
    public int GeneratedTokens { get; set; }

    /// <summary>From due to the first token, ms; <see langword="null"/>: none came.</summary>
    public double? TimeToFirstToken => _arrivals.Count == 0 ? null : _arrivals[0] - scheduled;

    /// <summary>From due to the end, ms.</summary>
    public double EndToEnd => Ended - scheduled;

    /// <summary>When the first token came; <see langword="null"/>: none did.</summary>
    public double? FirstToken => _arrivals.Count == 0 ? null : _arrivals[0];

    /// <summary>When the last token came; <see langword="null"/>: none did.</summary>
    public double? LastToken => _arrivals.Count == 0 ? null : _arrivals[^1];

    /// <summary>Time between neighbouring tokens, ms.</summary>
    public IReadOnlyList<double> Gaps => _gaps;

    /// <summary>When each of <see cref="Gaps"/> ended.</summary>
    public IReadOnlyList<double> GapEnds => _gapEnds;

    /// <summary>The answer in the form of the prompt: ids, or text.</summary>
    public Prompt Answer => prompt.Tokens is null ? new Prompt(null, _text.ToString()) : new Prompt(_answer, "");

    /// <summary>Called by the target when tokens arrived.</summary>
    /// <param name="now">When.</param>
    /// <param name="count">
    /// How many came at once. A server holds back a token that ends within a character; its time counts in equal parts then,
    /// as it was computed in a step of its own.
    /// </param>
    public void AddTokens(double now, int count = 1)
    {
        TaskCompletionSource? reached = null;
        lock (_gate)
        {
            if (_arrivals.Count > 0)
            {
                for (int i = 0; i < count; i++)
                {
                    _gaps.Add((now - _arrivals[^1]) / count);
                    _gapEnds.Add(now);
                }
            }

            _arrivals.Add(now);
            _tokens += count;
            GeneratedTokens = _tokens;
            if (_tokens >= _wanted)
            {
                reached = _reached;
            }
        }

        reached?.TrySetResult();
    }

    /// <summary>Called by the target with the ids that came, where ids are known.</summary>
    public void AddAnswer(int token) => _answer.Add(token);

    /// <summary>Called by the target with the text that came.</summary>
    public void AddAnswer(string text) => _text.Append(text);

    /// <summary>Completes when so many tokens came, or the request is over before.</summary>
    public Task WaitForTokensAsync(int count)
    {
        lock (_gate)
        {
            if (_tokens >= count || Ended > 0)
            {
                return Task.CompletedTask;
            }

            _wanted = count;
            _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    /// <summary>Called once, when the request is over.</summary>
    public void End(string? error = null, bool cancelled = false)
    {
        TaskCompletionSource? reached;
        lock (_gate)
        {
            Ended = LoadClock.Now;
            Error = error;
            Cancelled = cancelled;
            reached = _reached;
        }

        reached?.TrySetResult();
    }
}
