namespace LocalInference.LoadTest.Scenarios;

/// <summary>The sizes of the scenarios, in tokens unless said otherwise. The defaults are those that the bars are about.</summary>
internal sealed record ScenarioSettings
{
    /// <summary>Decides all prompts and arrival times.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Requests of the plain scenario.</summary>
    public int Requests { get; init; } = 32;

    /// <summary>Requests that the plain scenario keeps running (closed loop); not used with <see cref="Rate"/>.</summary>
    public int Users { get; init; } = 4;

    /// <summary>Arrivals per second of the plain scenario, as a Poisson process (open loop); 0: closed loop.</summary>
    public double Rate { get; init; }

    /// <summary>Prompt of a plain request.</summary>
    public int Prompt { get; init; } = 256;

    /// <summary>Answer of a plain request.</summary>
    public int Generate { get; init; } = 64;

    /// <summary>Simultaneous requests of the shared-prefix scenario.</summary>
    public int SharedRequests { get; init; } = 8;

    /// <summary>What they have in common.</summary>
    public int SharedPrefix { get; init; } = 1000;

    /// <summary>What each has of its own.</summary>
    public int SharedSuffix { get; init; } = 64;

    /// <summary>What each generates.</summary>
    public int SharedGenerate { get; init; } = 32;

    /// <summary>Streams that run while a long prompt arrives.</summary>
    public int Streams { get; init; } = 3;

    /// <summary>What each of the streams generates that run undisturbed.</summary>
    public int StreamLength { get; init; } = 256;

    /// <summary>Tokens of each stream before it arrives, from which the idle figures are.</summary>
    public int StreamIdle { get; init; } = 128;

    /// <summary>The most that each stream generates: it has to last until the long prompt is computed.</summary>
    public int StreamGenerate { get; init; } = 2048;

    /// <summary>The long prompt.</summary>
    public int LongPrompt { get; init; } = 4000;

    /// <summary>The beginning that requests on a warm prefix have in common.</summary>
    public int WarmPrefix { get; init; } = 2000;

    /// <summary>Those requests, after the first.</summary>
    public int WarmRequests { get; init; } = 8;

    /// <summary>What each of them generates.</summary>
    public int WarmGenerate { get; init; } = 4;

    /// <summary>Turns of the agent loop.</summary>
    public int Turns { get; init; } = 10;

    /// <summary>The agent's instructions and tools.</summary>
    public int AgentPrompt { get; init; } = 512;

    /// <summary>What comes back from a tool on each turn.</summary>
    public int AgentResult { get; init; } = 128;

    /// <summary>What the model says on each turn.</summary>
    public int AgentGenerate { get; init; } = 48;

    /// <summary>The prompt of a stream, and of requests whose prompt does not matter.</summary>
    public int ShortPrompt { get; init; } = 16;

    /// <summary>The longest that a single request gets, prompt and answer.</summary>
    public int LongestRequest => new[]
    {
        Prompt + Generate,
        SharedPrefix + SharedSuffix + SharedGenerate,
        ShortPrompt + StreamGenerate,
        WarmPrefix + ShortPrompt + WarmGenerate,
        LongPrompt + Generate,
        AgentPrompt + (Turns * (AgentResult + AgentGenerate)),
    }.Max();

    /// <summary>The most that the requests of a scenario hold at a time, if nothing is shared.</summary>
    public int MostTokens => new[]
    {
        Math.Max(Users, SharedRequests) * (Prompt + Generate),
        SharedRequests * (SharedPrefix + SharedSuffix + SharedGenerate),
        (Streams * (ShortPrompt + StreamGenerate)) + LongPrompt + Generate,
        LongestRequest,
    }.Max();

    /// <summary>Small enough for CI: seconds on any machine, and every scenario does all that it does.</summary>
    public static ScenarioSettings Smoke { get; } = new()
    {
        Requests = 12,
        Prompt = 48,
        Generate = 16,
        SharedPrefix = 200,
        SharedSuffix = 16,
        SharedGenerate = 8,
        StreamIdle = 24,
        StreamGenerate = 1536,
        LongPrompt = 1200,
        Turns = 4,
        AgentPrompt = 64,
        AgentResult = 24,
        AgentGenerate = 12,
    };
}
