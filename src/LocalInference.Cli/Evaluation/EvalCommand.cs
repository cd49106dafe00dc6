using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Run;
using LocalInference.Training;

namespace LocalInference.Cli.Evaluation;

/// <summary><c>eval MODEL</c>: how well a model predicts a text and answers questions, beside others.</summary>
internal static class EvalCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> model = new("MODEL") { Description = "Path of a GGUF file, or a model of the store: what others are compared with." };
        Option<AdapterFile[]> adapters = EngineFlags.AdapterOption("A LoRA adapter, as FILE or FILE=SCALE: the model with all that are given is compared with the model alone.");
        Option<string[]> others = new("--against") { Description = "Another model of the same vocabulary, as merging or quantizing makes it. May be given more than once.", HelpName = "MODEL" };
        Option<string?> data = new("--data") { Description = "Texts or samples to predict; see `dataset check`.", HelpName = "FILE" };
        Option<string?> tasks = new("--tasks") { Description = "Questions as JSON Lines: prompt or messages, and answer, pattern or schema.", HelpName = "FILE" };
        Option<bool> all = new("--all-tokens") { Description = "Count all tokens of conversations, not the answers' alone." };
        Option<int?> maxLength = NumberOption.Create("--max-length", "Tokens of a sample beyond these are cut off. Default: 512.", 2, int.MaxValue);
        Option<int?> threads = NumberOption.Create("--threads", "Threads that compute. Default: the physical cores.", 1, ModelFlags.MostThreads);
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Option<bool> markdown = new("--markdown") { Description = "Print a table in Markdown." };
        Command command = new("eval", "Compares models: perplexity, divergence, and answers to questions.")
        {
            model, adapters, others, data, tasks, all, maxLength, threads, json, markdown,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            EvaluationInput input = new(result.GetValue(data), result.GetValue(tasks), result.GetValue(all), result.GetValue(maxLength) ?? 512, result.GetValue(threads));
            if (input.Data is null && input.Tasks is null)
            {
                throw CliException.Usage("There is nothing to evaluate on.", "Give --data FILE, --tasks FILE or both.");
            }

            EvaluationCandidate[] candidates = await CandidatesAsync(services, result.GetRequiredValue(model), result.GetValue(adapters) ?? [], result.GetValue(others) ?? [], cancellationToken).ConfigureAwait(false);
            EvalReport report = await new EvaluationWork(services, input).RunAsync(candidates, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                services.Terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Indented.EvalReport));
            }
            else
            {
                EvalView.Write(services.Terminal, report, result.GetValue(markdown));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<EvaluationCandidate[]> CandidatesAsync(CliServices services, string model, AdapterFile[] adapters, string[] others, CancellationToken cancellationToken)
    {
        EvaluationCandidate alone = await FindAsync(model).ConfigureAwait(false);
        List<EvaluationCandidate> candidates = [alone];
        if (adapters.Length > 0)
        {
            candidates.Add(alone with { Name = $"{alone.Name} + {string.Join(" + ", adapters.Select(static a => Path.GetFileName(a.Path)))}", Adapters = [.. alone.Adapters, .. adapters] });
        }

        foreach (string other in others)
        {
            candidates.Add(await FindAsync(other).ConfigureAwait(false));
        }

        return [.. candidates];

        // A model of the store is what it is with its adapters.
        async Task<EvaluationCandidate> FindAsync(string name)
        {
            ModelLocation location = await StoredModelFile.FindAsync(services.OpenStore, name, new LocalModelOptions(), cancellationToken).ConfigureAwait(false);
            return new EvaluationCandidate(Path.GetFileName(name), location.Path) { Adapters = location.Options.Adapters };
        }
    }
}
