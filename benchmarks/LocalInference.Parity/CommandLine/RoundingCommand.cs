using System.CommandLine;
using LocalInference.Parity.Rounding;

namespace LocalInference.Parity.CommandLine;

/// <summary><c>rounding</c>: how far logits are from those of the same sequence alone, where the engine computes other batches.</summary>
internal static class RoundingCommand
{
    public static Command Create()
    {
        Option<FileInfo> model = ParityCommand.Model();
        Option<KvCacheType> cache = new("--cache-type") { Description = "How keys and values are stored. Default: F16.", DefaultValueFactory = static _ => KvCacheType.F16 };
        Option<double?> bar = new("--bar") { Description = "The largest error that is allowed. Default: by the type of the weights, 1e-10 for F32, 5e-5 for F16, 1e-3 for others." };
        Option<int> tokens = ParityCommand.Number("--tokens", "Tokens of each answer.", 32);
        Option<int> threads = ParityCommand.Number("--threads", "Threads that compute.", Environment.ProcessorCount);
        Option<int> seed = ParityCommand.Number("--seed", "Decides the prompts.", 1);
        Command command = new("rounding", "Compares logits after prefix reuse, of a prompt in pieces and in a batch of 8 with those of the same sequence alone.") { model, cache, bar, tokens, threads, seed };
        command.SetAction((parsed, cancellationToken) => ParityCommand.RunAsync(async () =>
        {
            string path = parsed.GetRequiredValue(model).FullName;
            double limit = parsed.GetValue(bar) ?? RoundingBars.Of(path, parsed.GetValue(cache));
            await Console.Out.WriteLineAsync($"bar: NMSE of at most {limit:0.0e+0} for every sequence, no token that rounding does not explain").ConfigureAwait(false);
            bool met = true;
            foreach (RoundingReport report in await RoundingScenarios.RunAsync(
                RoundingScenarios.Setup(path, parsed.GetValue(cache), parsed.GetValue(threads)), parsed.GetValue(tokens), parsed.GetValue(seed), cancellationToken).ConfigureAwait(false))
            {
                await Console.Out.WriteLineAsync($"{(report.Meets(limit) ? "met   " : "MISSED")}  {report}").ConfigureAwait(false);
                met &= report.Meets(limit);
            }

            return met;
        }));
        return command;
    }
}
