using System.CommandLine;
using System.Globalization;
using LocalInference.LoadTest.Served;
using LocalInference.LoadTest.Storm;
using LocalInference.TestModels;

namespace LocalInference.LoadTest.CommandLine;

/// <summary><c>storm</c>: many clients of all interfaces at the same time, a third of which leave before their answers end.</summary>
internal static class StormCommand
{
    private const int StandardConnections = 200;
    private const int StandardSeconds = 60;

    // A cache that fills looks like a leak; this one is full in the first third.
    private static readonly LocalModelOptions s_loading = new() { PrefixCacheBytes = 16 << 20 };

    public static Command Create()
    {
        Command command = new("storm", "Has many clients of all interfaces on one of our servers, some of which leave early, and checks that nothing fails, leaks or grows.");
        Option<Uri?> url = new("--url") { Description = "The address of the server. Default: one in this process, on a tiny model or that of --model." };
        Option<FileInfo> model = new Option<FileInfo>("--model") { Description = "A GGUF file for the server in this process." }.AcceptExistingOnly();
        Option<string> name = new("--name") { Description = $"The model's name at --url. Default: {LoadServer.Model}.", DefaultValueFactory = static _ => LoadServer.Model };
        Option<int?> process = new("--pid") { Description = "The process of the server at --url, whose memory is watched." };
        Option<int> connections = LoadTestCommand.Number("--connections", "Clients at the same time.", StandardConnections);
        Option<int> seconds = LoadTestCommand.Number("--seconds", "How long.", StandardSeconds);
        Option<int> seed = LoadTestCommand.Number("--seed", "The same seed asks the same.", 1);
        foreach (Option option in new Option[] { url, model, name, process, connections, seconds, seed })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => LoadTestCommand.RunAsync(async () =>
        {
            StormSettings settings = new()
            {
                Connections = parsed.GetValue(connections),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Model = parsed.GetRequiredValue(name),
                Seed = parsed.GetValue(seed),
            };
            if (parsed.GetValue(url) is { } address)
            {
                return await RunAsync(new StormRun(address, settings, parsed.GetValue(process)), cancellationToken);
            }

            string folder = Directory.CreateTempSubdirectory("localinference-storm-").FullName;
            try
            {
                string path = parsed.GetValue(model)?.FullName ?? TestModel.WriteTo(folder, TestModelSpec.Qwen2 with { Name = "storm", ContextLength = 2048 });
                await using LoadServer server = await LoadServer.StartAsync(path, s_loading, cancellationToken: cancellationToken);
                return await RunAsync(new StormRun(server.Address, settings with { Model = LoadServer.Model }, Environment.ProcessId), cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }));
        return command;
    }

    private static async Task<int> RunAsync(StormRun run, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> problems = await run.RunAsync(cancellationToken);
        await Console.Out.WriteLineAsync($"requests: {string.Join(", ", run.Outcomes.Select(static outcome => $"{outcome.Key} {outcome.Value}"))}");
        if (run.Memory is { } memory)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"memory: {memory.First:0}, {memory.Second:0}, {memory.Third:0} MiB"));
        }

        foreach (string problem in problems)
        {
            await Console.Error.WriteLineAsync(problem);
        }

        return problems.Count > 0 ? 1 : 0;
    }
}
