using System.CommandLine;
using LocalInference.Compare;
using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Peers;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.CommandLine;

/// <summary><c>server</c>: our server and llama-server, each in a process of its own and over HTTP, in turns.</summary>
internal static class ServerCommand
{
    private const int Rounds = 5;

    // About a thousand tokens: a server runs for days, and in its first seconds .NET compiles anew what runs often, on a core that the model needs.
    private const int WarmUps = 64;

    public static Command Create()
    {
        Command command = new("server", "Measures our server against llama-server in turns, both over HTTP: streams, a warm prefix, managed CPU time.");
        ModelOptions model = new(command);
        PeerOptions peers = new(command);
        Option<int> rounds = LoadTestCommand.Number("--rounds", "Turns of each side.", Rounds);
        Option<bool> require = new("--require-bars") { Description = "Fail when a bar is missed, or has no figure." };
        command.Options.Add(rounds);
        command.Options.Add(require);
        command.SetAction((parsed, cancellationToken) => LoadTestCommand.RunAsync(async () =>
        {
            ScenarioSettings settings = new();
            ModelSetup setup = model.RequireSetup(parsed, settings);
            string libraries = peers.ShareLibraries(parsed);
            string program = peers.Program(parsed);
            Contestant[] contestants =
            [
                new("LocalInference", IsOurs: true, setup.ServeAsync),
                .. PeerVariant.ForStreams(setup.Slots).Select(variant => new Contestant(variant.Name, IsOurs: false, token => setup.StartAsync(program, variant, token))),
            ];
            Alternation alternation = new(contestants, parsed.GetValue(rounds), settings.Seed, model.Strict(parsed), Console.Error, WarmUps);
            LoadReportWriter writer = new(model.Output(parsed, "server"), Path.GetFileName(setup.Path), settings, alternation)
            {
                Threads = setup.Threads,
                Libraries = SharedLibraries.Hash(libraries),
            };
            await writer.RunAsync([new StreamsScenario(settings, 1), new StreamsScenario(settings, setup.Slots), new WarmPrefixScenario(settings)], cancellationToken);
            if (parsed.GetValue(require))
            {
                Bars.Require(writer.Bars);
            }

            return 0;
        }));
        return command;
    }
}
