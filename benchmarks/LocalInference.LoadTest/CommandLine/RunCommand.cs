using System.CommandLine;
using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Scenarios;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.CommandLine;

/// <summary><c>run</c>: load on one target.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Command command = new("run", "Puts load on a running server (--url) or on a model in this process (--model).");
        ServerOptions server = new(command);
        ModelOptions model = new(command);
        ScenarioOptions scenarios = new(command, rounds: 1);
        command.SetAction((parsed, cancellationToken) => LoadTestCommand.RunAsync(async () =>
        {
            ScenarioSettings settings = scenarios.Settings(parsed);
            ModelSetup? setup = model.Setup(parsed, settings);
            Contestant contestant = setup is not null
                ? new Contestant(setup.Path, IsOurs: true, setup.LoadAsync)
                : new Contestant(server.Name(parsed), IsOurs: false, _ => Task.FromResult<ILoadTarget>(server.Open(parsed) ?? throw new LoadTestException("Name a server with --url, or a GGUF file with --model.")));
            contestant = contestant with { Name = Path.GetFileName(contestant.Name) };
            Alternation alternation = new([contestant], scenarios.Rounds(parsed), settings.Seed, model.Strict(parsed), Console.Error);
            LoadReportWriter writer = new(model.Output(parsed, "load"), contestant.Name, settings, alternation) { Threads = setup?.Threads };
            foreach (IScenario scenario in scenarios.Scenarios(parsed))
            {
                writer.Add(await alternation.RunAsync(scenario, cancellationToken));
            }

            writer.Save();
            return 0;
        }));
        return command;
    }
}
