using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>
/// A conversation that grows by the model's own answer and a tool's result on each turn, and is sent whole each time, as agents
/// do. What counts is how much of it is computed again.
/// </summary>
internal sealed class AgentLoopScenario(ScenarioSettings settings) : IScenario
{
    public string Name => "agent-loop";

    public string Description =>
        $"{settings.Turns} turns over {settings.AgentPrompt} tokens of instructions, each adding {settings.AgentGenerate} generated and {settings.AgentResult} of a tool's result";

    public string Headline => MetricNames.Total;

    public async Task<ScenarioRun> RunAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken)
    {
        Prompt conversation = prompts.Next(settings.AgentPrompt);
        List<RequestLog> logs = [];
        int? unknown = 0;
        int fresh = settings.AgentPrompt;
        for (int turn = 0; turn < settings.Turns; turn++)
        {
            conversation = conversation.Append(prompts.Next(settings.AgentResult));
            RequestLog log = new(conversation, settings.AgentGenerate, LoadClock.Now);
            logs.Add(log);
            await target.SendAsync(log, cancellationToken);
            if (log.Error is not null)
            {
                break;
            }

            conversation = conversation.Append(log.Answer);
            unknown += log.GeneratedTokens - log.Answer.Tokens?.Count;

            // The last token of an answer has been chosen but not computed.
            fresh += settings.AgentResult + (turn > 0 ? 1 : 0);
        }

        ScenarioRun run = ScenarioRun.Of(logs);
        if (run.Metrics.TryGetValue(MetricNames.ComputedPromptTokens, out double computed))
        {
            run.Metrics[MetricNames.ComputedOverNew] = computed / fresh;
        }

        if (unknown is { } count)
        {
            run.Metrics[MetricNames.AnswerTokensUnknown] = count;
        }

        run.Metrics[MetricNames.LastTurnFirstToken] = logs[^1].TimeToFirstToken ?? throw new LoadTestException("The last turn got no answer.");
        return run;
    }
}
