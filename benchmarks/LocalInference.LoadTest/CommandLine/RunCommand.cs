using System.CommandLine;
using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Scenarios;

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
            string name = setup is null ? server.Name(parsed) : Path.GetFileName(setup.Path);
            Contestant contestant = new(name, IsOurs: setup is not null, async token => setup is not null
                ? await setup.LoadAsync(token)
                : server.Open(parsed) ?? throw new LoadTestException("Name a server with --url, or a GGUF file with --model."));
            Alternation alternation = new([contestant], scenarios.Rounds(parsed), settings.Seed, model.Strict(parsed), Console.Error);
            LoadReportWriter writer = new(model.Output(parsed, "run"), name, settings, alternation) { Threads = setup?.Threads };
            await writer.RunAsync(scenarios.Scenarios(parsed), cancellationToken);
            return 0;
        }));
        return command;
    }
}
