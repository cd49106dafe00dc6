using System.CommandLine;
using LocalInference.Parity.Replay;

namespace LocalInference.Parity.CommandLine;

/// <summary><c>replay</c>: logits of the engine and of a program in C that issues the same calls, bit by bit.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        Option<FileInfo> model = ParityCommand.Model();
        Option<int> prompts = ParityCommand.Number("--prompts", "Prompts one after the other.", 200);
        Option<int> tokens = ParityCommand.Number("--tokens", "Tokens of each answer.", 64);
        Option<int> longest = ParityCommand.Number("--longest", "Tokens of the longest prompt.", 160);
        Option<int> batch = ParityCommand.Number("--batch", "Tokens of a batch: longer prompts are cut.", 64);
        Option<int> preempted = ParityCommand.Number("--preempted", "Answers that are preempted.", 8);
        Option<int> threads = ParityCommand.Number("--threads", "Threads of either side.", Environment.ProcessorCount);
        Option<int> seed = ParityCommand.Number("--seed", "Decides the prompts.", 1);
        Command command = new("replay", "Compares all logits, bit by bit, with those of a program in C that issues the same calls.") { model, prompts, tokens, longest, batch, preempted, threads, seed };
        command.SetAction((parsed, cancellationToken) => ParityCommand.RunAsync(async () =>
        {
            string folder = Directory.CreateTempSubdirectory("localinference-parity-").FullName;
            try
            {
                ReplayProgram program = await ReplayProgram.CompileAsync(folder).ConfigureAwait(false);
                ReplayScenarios scenarios = new(program, parsed.GetRequiredValue(model).FullName, parsed.GetValue(threads), parsed.GetValue(seed));
                (string Name, Func<Task<ReplayReport>> Run)[] all =
                [
                    ("one sequence", () => scenarios.OneByOneAsync(parsed.GetValue(prompts), parsed.GetValue(longest), parsed.GetValue(tokens), parsed.GetValue(batch), cancellationToken)),
                    ("preempted", () => scenarios.PreemptedAsync(parsed.GetValue(preempted), cancellationToken)),
                    ("together", () => scenarios.CrowdAsync(cancellationToken)),
                ];
                bool equal = true;
                foreach ((string name, Func<Task<ReplayReport>> run) in all)
                {
                    ReplayReport report = await run().ConfigureAwait(false);
                    await Console.Out.WriteLineAsync($"{name}: {report}").ConfigureAwait(false);
                    equal &= report.Differences == 0;
                }

                return equal;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }));
        return command;
    }
}
