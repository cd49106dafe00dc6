using System.CommandLine;
using System.Text.Json;

namespace LocalInference.TrainingSpeed;

/// <summary>The command line.</summary>
internal static class ComparisonCommand
{
    public static RootCommand Create()
    {
        Argument<FileInfo> model = new Argument<FileInfo>("MODEL") { Description = "Path of a GGUF file of the llama family." }.AcceptExistingOnly();
        Option<int> rounds = Number("--rounds", "Turns of each side; 0: ours alone, once.", 3, 0);
        Option<int> tokens = Number("--tokens", "Tokens of each step.", 512, 2);
        Option<int> steps = Number("--steps", "Steps of a turn; the first is not counted.", 6, 2);
        Option<int> threads = Number("--threads", "Threads that compute, on either side.", Environment.ProcessorCount, 1);
        Option<int> rank = Number("--rank", "Rank of the adapter.", 16, 1);
        Option<bool?> checkpointing = new("--checkpointing") { Description = "Whether our side computes layers twice. Default: as it chooses." };
        Option<string?> python = new("--python") { Description = "A Python that has PyTorch. Default: python3, or /usr/bin/python3 if that has none." };
        Option<double?> most = new("--at-most") { Description = "The most gigabytes that may be resident on our side." };
        RootCommand command = new("Trains an adapter here and with PyTorch (F32 and BF16), in turns, on a model's shape.")
        {
            model, rounds, tokens, steps, threads, rank, checkpointing, python, most,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                return await Comparison.RunAsync(Read(result), result.GetValue(rounds), result.GetValue(python), result.GetValue(most), cancellationToken).ConfigureAwait(false) ? 0 : 1;
            }
            catch (InvalidOperationException e)
            {
                await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
                return 1;
            }
        });

        Command turn = new("turn", "One turn of our side, in this process.") { model, tokens, steps, threads, rank, checkpointing };
        turn.SetAction(async (result, cancellationToken) =>
        {
            TurnResult measured = await OwnTurn.RunAsync(Read(result), cancellationToken).ConfigureAwait(false);
            Console.WriteLine(JsonSerializer.Serialize(measured, TurnJson.Default.TurnResult));
        });
        command.Add(turn);
        return command;

        Settings Read(ParseResult result) => new(
            result.GetRequiredValue(model).FullName,
            result.GetValue(tokens),
            result.GetValue(steps),
            result.GetValue(threads),
            result.GetValue(rank),
            result.GetValue(checkpointing));
    }

    private static Option<int> Number(string name, string description, int standard, int least)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least)
            {
                result.AddError($"{name} takes a number of at least {least}.");
            }
        });
        return option;
    }
}
