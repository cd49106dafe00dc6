using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Scenarios;
using LocalInference.LoadTest.Tests.Targets;

namespace LocalInference.LoadTest.Tests.Scenarios;

public sealed class ScenarioTests
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    private static readonly ScenarioSettings s_settings = new()
    {
        Requests = 9,
        Users = 3,
        Prompt = 10,
        Generate = 4,
        SharedRequests = 3,
        SharedPrefix = 50,
        SharedSuffix = 5,
        SharedGenerate = 2,
        StreamIdle = 5,
        StreamGenerate = 10_000,
        LongPrompt = 30,
        Turns = 3,
        AgentPrompt = 20,
        AgentResult = 7,
        AgentGenerate = 4,
    };

    [Fact]
    public async Task A_closed_loop_keeps_so_many_requests_running()
    {
        ScriptedTarget target = new(s_pause);
        ScenarioRun run = await RunAsync(new PlainScenario(s_settings), target);

        Assert.Equal(3, target.MostRunning);
        Assert.Equal(9, run.Requests.Count);
        Assert.Equal(36, run.Metrics[MetricNames.GeneratedTokens]);
        Assert.Equal(90, run.Metrics[MetricNames.ComputedPromptTokens]);
        Assert.True(run.Metrics[$"{MetricNames.FirstToken}_p50_ms"] > 0);
        Assert.Equal(run.Metrics[MetricNames.GeneratedTokens] / run.Metrics[MetricNames.Total] * 1000, run.Metrics[MetricNames.TokensPerSecond], 6);
    }

    [Fact]
    public async Task An_open_loop_sends_at_the_same_times_for_the_same_seed_and_waits_for_nobody()
    {
        PlainScenario scenario = new(s_settings with { Rate = 1000 });
        ScriptedTarget target = new(TimeSpan.FromMilliseconds(40));
        ScenarioRun one = await RunAsync(scenario, target);
        ScenarioRun two = await RunAsync(scenario, new ScriptedTarget(s_pause));

        Assert.True(target.MostRunning > s_settings.Users);
        Assert.Equal(Arrivals(one), Arrivals(two), static (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(9, one.Requests.Count);

        static double[] Arrivals(ScenarioRun run) => [.. run.Requests.Select(request => request.Scheduled - run.Requests[0].Scheduled)];
    }

    [Fact]
    public async Task Streams_all_run_at_the_same_time()
    {
        ScriptedTarget target = new(s_pause);

        // Long enough for all to have begun before the first one ends.
        ScenarioRun run = await RunAsync(new StreamsScenario(s_settings with { StreamLength = 300 }, 4), target);

        Assert.Equal(4, target.MostRunning);
        Assert.Equal(4 * 300, run.Metrics[MetricNames.GeneratedTokens]);
    }

    [Fact]
    public async Task A_warm_prefix_is_computed_before_anything_is_measured()
    {
        ScenarioSettings settings = s_settings with { WarmPrefix = 50, WarmRequests = 3, ShortPrompt = 6 };
        ScenarioRun run = await RunAsync(new WarmPrefixScenario(settings), new ScriptedTarget(s_pause, caches: true));

        Assert.Equal(3, run.Requests.Count);
        Assert.Equal(3 * 6, run.Metrics[MetricNames.ComputedPromptTokens]);
    }

    [Fact]
    public async Task A_shared_prefix_is_the_same_tokens_in_every_request_and_what_is_computed_is_compared_with_what_is_unique()
    {
        ScenarioRun run = await RunAsync(new SharedPrefixScenario(s_settings), new ScriptedTarget(s_pause));

        Assert.Equal(3, run.Requests.Count);
        Assert.All(run.Requests, request => Assert.Equal(run.Requests[0].Prompt.Tokens!.Take(50), request.Prompt.Tokens!.Take(50)));
        Assert.NotEqual(run.Requests[0].Prompt.Tokens, run.Requests[1].Prompt.Tokens);

        // Nothing is cached: 3 prompts of 55 over 50 + 3 x 5.
        Assert.Equal(165 / 65.0, run.Metrics[MetricNames.ComputedOverUnique], 9);
    }

    [Fact]
    public async Task Streams_are_measured_before_and_during_a_long_prompt_and_then_broken_off()
    {
        // A second before the long prompt: its first moment is known late where others want the processor, and gaps count from then on.
        ScenarioRun run = await RunAsync(new LongPromptVictimScenario(s_settings with { StreamIdle = 200 }), new ScriptedTarget(TimeSpan.FromMilliseconds(5)));

        Assert.Equal(4, run.Requests.Count);
        Assert.Equal(3, run.Requests.Count(static request => request.Cancelled));
        Assert.Equal(30, run.Requests.Single(static request => !request.Cancelled).Prompt.Tokens!.Count);
        Assert.Equal(0, run.Metrics[MetricNames.StreamsEndedEarly]);
        Assert.True(run.Metrics[MetricNames.DuringGaps] >= 1);
        Assert.Equal(run.Metrics[MetricNames.DuringP99] / run.Metrics[MetricNames.IdleMean], run.Metrics[MetricNames.DuringOverIdle], 9);
        Assert.True(run.Marked!.Value.From < run.Marked.Value.To);
    }

    [Fact]
    public async Task Streams_that_end_before_the_long_prompt_are_an_error_and_no_figure() =>
        await Assert.ThrowsAsync<LoadTestException>(() => RunAsync(new LongPromptVictimScenario(s_settings with { StreamGenerate = 1 }), new ScriptedTarget(s_pause)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_sends_all_that_was_said_and_what_is_computed_again_shows(bool caches)
    {
        ScenarioRun run = await RunAsync(new AgentLoopScenario(s_settings), new ScriptedTarget(s_pause, caches));

        Assert.Equal([27, 38, 49], run.Requests.Select(static request => request.Prompt.Tokens!.Count));
        Assert.Equal([0, 1, 2, 3], run.Requests[1].Prompt.Tokens!.Skip(27).Take(4));
        Assert.Equal(0, run.Metrics[MetricNames.AnswerTokensUnknown]);

        // New are the instructions, three results, and the last token of two answers.
        Assert.Equal(caches ? 1 : (27 + 38 + 49) / (20.0 + 21 + 2), run.Metrics[MetricNames.ComputedOverNew], 9);
    }

    private static Task<ScenarioRun> RunAsync(IScenario scenario, ScriptedTarget target) =>
        scenario.RunAsync(target, new PromptSource(1, target.VocabularySize), CancellationToken.None);
}
