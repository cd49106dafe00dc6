using System.CommandLine;
using LocalInference.Compare;
using LocalInference.Parity.Engine;
using LocalInference.Parity.Texts;

namespace LocalInference.Parity.CommandLine;

/// <summary><c>compare</c>: greedy texts of the engine and of llama-server, on the same libraries and with the same batches.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Option<FileInfo> model = ParityCommand.Model();
        Option<FileInfo> server = new Option<FileInfo>("--llama-server")
        {
            Description = "llama-server, with its libraries beside it. Default: artifacts/peers/bin/llama-server, where benchmarks/peers/build.sh puts it.",
            DefaultValueFactory = static _ => new FileInfo(Path.Combine("artifacts", "peers", "bin", "llama-server")),
        }.AcceptExistingOnly();
        Option<int> prompts = ParityCommand.Number("--prompts", "Prompts.", 200);
        Option<int> tokens = ParityCommand.Number("--tokens", "Tokens of each answer.", 64);
        Option<int> longest = ParityCommand.Number("--longest", "Tokens of the longest prompt.", 160);
        Option<int> batch = ParityCommand.Number("--batch", "Tokens of a batch: longer prompts are cut, on either side.", 64);
        Option<int> preempted = ParityCommand.Number("--preempted", $"Prompts whose answers of {Preemption.Tokens} tokens are preempted.", 20);
        Option<int> threads = ParityCommand.Number("--threads", "Threads of either side.", 1);
        Option<int> seed = ParityCommand.Number("--seed", "Decides the prompts.", 1);
        Command command = new("compare", "Compares greedy texts with llama-server's: at one sequence, and after preemption.") { model, server, prompts, tokens, longest, batch, preempted, threads, seed };
        command.SetAction((parsed, cancellationToken) => ParityCommand.RunAsync(async () =>
        {
            FileInfo program = parsed.GetRequiredValue(server);
            string path = parsed.GetRequiredValue(model).FullName;

            // Before this process has loaded any.
            Environment.SetEnvironmentVariable("LOCALINFERENCE_NATIVE_DIR", SharedLibraries.Find(program.DirectoryName!));
            ServerComparison comparison = new(program.FullName, Console.Out);
            int room = parsed.GetValue(longest) + parsed.GetValue(tokens);
            EngineSetup setup = new(path) { ContextLength = room, CacheLength = room, BatchSize = parsed.GetValue(batch), Threads = parsed.GetValue(threads) };
            bool equal = await comparison.CompareAsync(setup, parsed.GetValue(prompts), parsed.GetValue(longest), parsed.GetValue(tokens), parsed.GetValue(seed), cancellationToken).ConfigureAwait(false);
            bool equalAfter = await comparison.ComparePreemptedAsync(path, parsed.GetValue(threads), parsed.GetValue(preempted), parsed.GetValue(seed), cancellationToken).ConfigureAwait(false);
            return equal && equalAfter;
        }));
        return command;
    }
}
