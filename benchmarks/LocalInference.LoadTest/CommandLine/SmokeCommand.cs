using System.CommandLine;
using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Engine;
using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Scenarios;
using LocalInference.LoadTest.Targets;
using LocalInference.TestModels;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>
/// <c>smoke</c>: every scenario on a tiny model in this process, for CI. What counts exactly is checked, what depends on the
/// machine's speed is not.
/// </summary>
internal static class SmokeCommand
{
    private const double ArrivalsPerSecond = 50;

    public static Command Create()
    {
        Command command = new("smoke", "Runs every scenario in small on a tiny model and checks what does not depend on the machine's speed.");
        Option<string?> output = new("--out") { Description = "The folder for JSON and SVG files. Default: artifacts/load-test/smoke." };
        command.Options.Add(output);
        command.SetAction((parsed, cancellationToken) => LoadTestCommand.RunAsync(async () =>
        {
            string temporary = Directory.CreateTempSubdirectory("localinference-load-test-").FullName;
            try
            {
                string path = TestModel.WriteTo(temporary, TestModelSpec.Qwen2 with { Name = "smoke", ContextLength = 8192, BlockCount = 4 });
                return await RunAsync(path, Path.GetFullPath(parsed.GetValue(output) ?? Path.Combine("artifacts", "load-test", "smoke")), cancellationToken);
            }
            finally
            {
                Directory.Delete(temporary, recursive: true);
            }
        }));
        return command;
    }

    private static async Task<int> RunAsync(string path, string folder, CancellationToken cancellationToken)
    {
        ScenarioSettings settings = ScenarioSettings.Smoke;
        ModelSetup setup = new(path, Threads: 1, AdaptThreads: true, settings);
        Alternation alternation = new([new Contestant("LocalInference", IsOurs: true, setup.LoadAsync)], rounds: 2, settings.Seed, strict: false, Console.Error);
        LoadReportWriter writer = new(folder, "smoke", settings, alternation) { Threads = setup.Threads, HasBars = false };
        List<string> problems = [];
        foreach (IScenario scenario in ScenarioList.Of(settings).Append(new PlainScenario(settings with { Rate = ArrivalsPerSecond })))
        {
            ScenarioResult result = await alternation.RunAsync(scenario, cancellationToken);
            writer.Add(result);
            problems.AddRange(result.Contestants[0].Runs.SelectMany(run => SmokeCheck.Of(scenario, run, settings)));
        }

        writer.Save();
        await using (InProcessTarget target = (InProcessTarget)await setup.LoadAsync(cancellationToken))
        {
            EngineMeasurement engine = new(target, new PromptSource(settings.Seed, target.VocabularySize));
            (double speed, _, _) = await engine.DecodeAsync(setup.Slots, settings.Generate, cancellationToken);
            CancelResult cancel = await engine.CancelAsync(setup.Slots, cancellationToken);
            if (!(speed > 0) || !(cancel.NextTokenMs > 0) || !(cancel.StepMs > 0))
            {
                problems.Add($"engine: {speed} tokens/s, {cancel}");
            }
        }

        foreach (string problem in problems)
        {
            await Console.Error.WriteLineAsync(problem);
        }

        return problems.Count > 0 ? 1 : 0;
    }
}
