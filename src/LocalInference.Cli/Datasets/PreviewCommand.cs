using System.CommandLine;
using System.Text;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;
using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary><c>dataset preview FILE --model MODEL</c>: samples as the model will see them, with marks around what it learns.</summary>
internal static class PreviewCommand
{
    private const string Begin = "⟦";
    private const string End = "⟧";

    public static Command Create(CliServices services)
    {
        DatasetFlags flags = new();
        Option<int?> count = NumberOption.Create("--count", "How many samples to show. Default: 3.", 1, int.MaxValue);
        Command command = new("preview", $"Shows samples as the model sees them. What it learns is between {Begin} and {End}.");
        flags.AddTo(command, modelRequired: true);
        command.Add(count);
        command.SetAction(async (result, cancellationToken) =>
        {
            LocalModel model = await DatasetModel.LoadAsync(services, flags.Model(result)!, cancellationToken).ConfigureAwait(false);
            await using (model.ConfigureAwait(false))
            {
                Dataset dataset = await DatasetLoader.LoadAsync(flags.File(result), model, flags.Options(result), cancellationToken).ConfigureAwait(false);
                foreach ((int index, TrainingSample sample) in dataset.Training.Take(result.GetValue(count) ?? 3).Index())
                {
                    services.Terminal.Out.WriteLine($"── sample {index + 1}: {sample.Tokens.Length} tokens");
                    services.Terminal.Out.WriteLine(PrintableText.ForTerminal(Mark(model.Tokenizer, sample)));
                }

                return ExitCode.Success;
            }
        });
        return command;
    }

    // Characters may be spread over tokens, so whole stretches are decoded.
    private static string Mark(Tokenizer tokenizer, TrainingSample sample)
    {
        StringBuilder text = new();
        for (int start = 0; start < sample.Tokens.Length;)
        {
            bool isLearned = sample.Weights[start] > 0;
            int end = start;
            while (end < sample.Tokens.Length && sample.Weights[end] > 0 == isLearned)
            {
                end++;
            }

            string part = tokenizer.Decode(sample.Tokens.AsSpan(start..end), renderSpecial: true);
            text.Append(isLearned ? $"{Begin}{part}{End}" : part);
            start = end;
        }

        return text.ToString();
    }
}
