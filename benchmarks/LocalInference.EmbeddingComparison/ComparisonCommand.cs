using System.CommandLine;
using LocalInference.Abstractions;

namespace LocalInference.EmbeddingComparison;

/// <summary>The command line.</summary>
internal static class ComparisonCommand
{
    public static RootCommand Create()
    {
        Argument<FileInfo> model = new Argument<FileInfo>("MODEL") { Description = "Path of a GGUF file." }.AcceptExistingOnly();
        Argument<FileInfo> server = new Argument<FileInfo>("SERVER") { Description = "Path of llama-server; its libraries are beside it." }.AcceptExistingOnly();
        Option<int> texts = Number("--texts", "Texts of each round.", 512);
        Option<int> rounds = Number("--rounds", "Rounds of each side.", 5);
        Option<int> threads = Number("--threads", "Threads that compute, on either side.", Environment.ProcessorCount);
        Option<EmbeddingPooling> pooling = new("--pooling") { Description = "How both sides pool.", DefaultValueFactory = static _ => EmbeddingPooling.Mean };
        Option<double?> atLeast = new("--at-least") { Description = "Fail when the median ratio is lower: llama-server's time over ours." };
        RootCommand command = new("Embeds short texts in this process and with llama-server, in turns, on the same libraries and the same model.")
        {
            model, server, texts, rounds, threads, pooling, atLeast,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            Settings settings = new(
                result.GetRequiredValue(model).FullName,
                result.GetRequiredValue(server).FullName,
                result.GetValue(texts),
                result.GetValue(rounds),
                result.GetValue(threads),
                result.GetValue(pooling),
                result.GetValue(atLeast));
            return await Comparison.RunAsync(settings, Console.Out, cancellationToken).ConfigureAwait(false) ? 0 : 1;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int standard)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} takes a number of at least 1.");
            }
        });
        return option;
    }
}
