using System.CommandLine;
using System.CommandLine.Parsing;

namespace LocalInference.Compare;

/// <summary>The command line.</summary>
internal static class CompareCommand
{
    public static RootCommand Create()
    {
        Argument<FileInfo> model = new Argument<FileInfo>("MODEL") { Description = "Path of a GGUF file." }.AcceptExistingOnly();
        Option<int> prompt = Number("--prompt", "Tokens of each prefill.", 512);
        Option<int> generate = Number("--generate", "Tokens of each decode.", 128);
        Option<int> repeat = Number("--repeat", "Runs that each program makes when it is its turn.", 3);
        Option<int> pairs = Number("--pairs", "Turns of each program.", 5);
        Option<int?> threads = new("--threads") { Description = "Threads that compute, on either side. Default: the physical cores." };
        threads.Validators.Add(static result => AtLeastOne(result, result.GetValueOrDefault<int?>()));
        Option<bool> strict = new("--strict") { Description = "Refuse to measure when the machine is not idle." };
        Option<double?> atLeast = new("--at-least") { Description = "Fail when the median ratio of prefill or decode is lower." };
        Option<string> ours = new("--ours") { Description = "The localinference program.", DefaultValueFactory = static _ => RepositoryLayout.Cli };
        Option<string> peers = new("--peers") { Description = "The folder of llama-bench.", DefaultValueFactory = static _ => RepositoryLayout.Peers };
        Option<string?> output = new("--out") { Description = "The JSON file. Default: benchmarks/results/MODEL-vs-llama-bench.json." };
        RootCommand command = new("Measures localinference and llama-bench in turns, on the same libraries and the same model.")
        {
            model, prompt, generate, repeat, pairs, threads, strict, atLeast, ours, peers, output,
        };
        command.SetAction((result, _) =>
        {
            FileInfo file = result.GetRequiredValue(model);
            return RunAsync(new Settings(
                file.FullName,
                result.GetValue(prompt),
                result.GetValue(generate),
                result.GetValue(repeat),
                result.GetValue(pairs),
                result.GetValue(threads),
                result.GetValue(strict),
                result.GetValue(atLeast),
                result.GetRequiredValue(ours),
                Path.GetFullPath(result.GetRequiredValue(peers)),
                Path.GetFullPath(result.GetValue(output) ?? Path.Combine(RepositoryLayout.Results, $"{Path.GetFileNameWithoutExtension(file.Name)}-vs-llama-bench.json"))));
        });
        return command;
    }

    private static async Task<int> RunAsync(Settings settings)
    {
        try
        {
            Require(settings.LlamaBench, "Run benchmarks/peers/build.sh.");
            Require(settings.Ours, "Build src/LocalInference.Cli.");
            Report report = await Comparison.RunAsync(settings, Console.Error).ConfigureAwait(false);
            ReportJson.Save(report, settings.Output);
            ReportView.Write(report, Console.Out);
            if (settings.AtLeast is { } bar && (report.Prefill.MedianRatio < bar || report.Decode.MedianRatio < bar))
            {
                throw new CompareException($"Lower than {bar}.");
            }

            return 0;
        }
        catch (CompareException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 1;
        }
    }

    private static void Require(string program, string remedy)
    {
        if (!File.Exists(program))
        {
            throw new CompareException($"{program} is not there. {remedy}");
        }
    }

    private static Option<int> Number(string name, string description, int standard)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(static result => AtLeastOne(result, result.GetValueOrDefault<int>()));
        return option;
    }

    private static void AtLeastOne(OptionResult result, int? value)
    {
        if (value < 1)
        {
            result.AddError($"{result.Option.Name} takes a number of at least 1.");
        }
    }
}
