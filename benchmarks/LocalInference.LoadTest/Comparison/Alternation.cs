using LocalInference.Compare;
using LocalInference.LoadTest.Engine;
using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Scenarios;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Comparison;

/// <summary>Lets all sides do the same work in turns.</summary>
/// <param name="contestants">The sides.</param>
/// <param name="rounds">Turns of each.</param>
/// <param name="seed">Decides the prompts; each round has others.</param>
/// <param name="strict">Whether a machine that is not idle ends the comparison.</param>
/// <param name="progress">Told what runs.</param>
/// <param name="warmUps">How often each side is warmed up before each of its turns.</param>
internal sealed class Alternation(IReadOnlyList<Contestant> contestants, int rounds, int seed, bool strict, TextWriter progress, int warmUps = 1)
{
    private readonly List<double?> _busy = [];

    /// <summary>Cores that others kept busy in the second before each round.</summary>
    public IReadOnlyList<double?> BusyCores => _busy;

    /// <exception cref="LoadTestException">A request failed, or the machine is busy and that was not allowed.</exception>
    public async Task<ScenarioResult> RunAsync(IScenario scenario, CancellationToken cancellationToken)
    {
        ContestantResult[] results = [.. contestants.Select(static contestant => new ContestantResult(contestant.Name, contestant.IsOurs))];
        for (int round = 0; round < rounds; round++)
        {
            await CheckIdleAsync();

            // Each goes first, and follows each other, equally often: the order turns round in every other round and begins with the next.
            for (int turn = 0; turn < contestants.Count; turn++)
            {
                int place = ((round % 2 == 0 ? turn : contestants.Count - 1 - turn) + (round / 2)) % contestants.Count;
                await progress.WriteLineAsync($"{scenario.Name}: round {round + 1} of {rounds}, {contestants[place].Name}");
                await RunOnceAsync(scenario, contestants[place], results[place], round, cancellationToken);
            }
        }

        return new ScenarioResult(scenario, results);
    }

    private async Task RunOnceAsync(IScenario scenario, Contestant contestant, ContestantResult result, int round, CancellationToken cancellationToken)
    {
        await using ILoadTarget target = await contestant.OpenAsync(cancellationToken);
        for (int i = 0; i < warmUps; i++)
        {
            await target.WarmUpAsync(cancellationToken);
        }

        ManagedThreads? cpu = target.CountManagedCpu();
        ScenarioRun run = await scenario.RunAsync(target, new PromptSource(seed + round, target.VocabularySize), cancellationToken);

        // A scenario ends quietly when all its requests are broken off.
        cancellationToken.ThrowIfCancellationRequested();
        if (cpu?.Spent() is { } spent)
        {
            run.Metrics[MetricNames.ManagedCpuPerToken] = spent * 1000 / run.Metrics[MetricNames.GeneratedTokens];
        }

        result.Add(target.Description, run);
    }

    private async Task CheckIdleAsync()
    {
        double? busy = await IdleCheck.BusyCoresAsync();
        _busy.Add(busy);
        if (!IdleCheck.IsBusy(busy))
        {
            return;
        }

        string warning = $"Others keep {busy:0.00} cores busy: figures of a busy machine prove nothing.";
        if (strict)
        {
            throw new LoadTestException(warning);
        }

        await progress.WriteLineAsync(warning);
    }
}
