using System.CommandLine;
using LocalInference.Compare;
using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Peers;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.CommandLine;

/// <summary><c>compare</c>: LocalInference and llama-server of the same release, on the same libraries, in turns.</summary>
internal static class CompareCommand
{
    private const int Rounds = 5;

    public static Command Create()
    {
        Command command = new("compare", "Runs LocalInference and llama-server in turns, on the same libraries and the same model.");
        ModelOptions model = new(command);
        PeerOptions peers = new(command);
        ServerOptions server = new(command);
        ScenarioOptions scenarios = new(command, Rounds);
        Option<string[]> variants = new("--variant") { Description = "A setting of llama-server, \"NAME=ARGUMENTS\"; repeat it for more. Default: as shipped, and three that may be better." };
        Option<bool> require = new("--require-bars") { Description = "Fail when a bar is missed, or has no figure." };
        command.Options.Add(variants);
        command.Options.Add(require);
        command.SetAction((parsed, cancellationToken) => LoadTestCommand.RunAsync(async () =>
        {
            ScenarioSettings settings = scenarios.Settings(parsed);
            ModelSetup setup = model.RequireSetup(parsed, settings);
            string libraries = peers.ShareLibraries(parsed);
            string program = peers.Program(parsed);
            string[] named = parsed.GetValue(variants) ?? [];
            IReadOnlyList<PeerVariant> tried = named.Length > 0 ? [.. named.Select(PeerVariant.Parse)] : PeerVariant.Usual(setup.Slots);
            Contestant[] contestants =
            [
                new("LocalInference", IsOurs: true, async token => server.Open(parsed, setup.VocabularySize) ?? await setup.LoadAsync(token)),
                .. tried.Select(variant => new Contestant(variant.Name, IsOurs: false, token => setup.StartAsync(program, variant, token))),
            ];
            Alternation alternation = new(contestants, scenarios.Rounds(parsed), settings.Seed, model.Strict(parsed), Console.Error);
            LoadReportWriter writer = new(model.Output(parsed, "compare"), Path.GetFileName(setup.Path), settings, alternation)
            {
                Threads = setup.Threads,
                Libraries = SharedLibraries.Hash(libraries),
            };
            await writer.RunAsync(scenarios.Scenarios(parsed), cancellationToken);
            if (parsed.GetValue(require))
            {
                Bars.Require(writer.Bars);
            }

            return 0;
        }));
        return command;
    }
}
