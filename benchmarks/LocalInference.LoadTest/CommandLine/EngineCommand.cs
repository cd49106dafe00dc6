using System.CommandLine;
using LocalInference.Compare;
using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Engine;
using LocalInference.LoadTest.Report;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.CommandLine;

/// <summary><c>engine</c>: the engine alone against llama.cpp's own decode loops, and what a cancelled request holds up.</summary>
internal static class EngineCommand
{
    private const int Rounds = 5;
    private const int Tokens = 128;
    private const int Together = 8;
    private const double LeastAlone = 0.98;
    private const double LeastTogether = 0.97;
    private const double MostBeyondStepMs = 10;
    private const string Target = "in-process";

    public static Command Create()
    {
        Command command = new("engine", "Measures the engine in this process against llama-bench and llama-batched-bench in turns, and cancellation.");
        ModelOptions model = new(command);
        PeerOptions peers = new(command);
        Option<int> rounds = LoadTestCommand.Number("--rounds", "Turns of each side.", Rounds);
        Option<int> tokens = LoadTestCommand.Number("--tokens", "Tokens that each sequence generates.", Tokens);
        Option<bool> require = new("--require-bars") { Description = "Fail when a bar is missed, or has no figure." };
        command.Options.Add(rounds);
        command.Options.Add(tokens);
        command.Options.Add(require);
        command.SetAction((parsed, cancellationToken) => LoadTestCommand.RunAsync(async () =>
        {
            ModelSetup setup = model.RequireSetup(parsed, new ScenarioSettings());
            string libraries = peers.ShareLibraries(parsed);
            EngineRounds measured = new(setup, parsed.GetValue(tokens), peers.Folder(parsed), libraries, Console.Error);
            for (int round = 0; round < parsed.GetValue(rounds); round++)
            {
                await measured.RunAsync(round, model.Strict(parsed), cancellationToken);
            }

            EngineReport report = measured.Report();
            ReportJson.Save(report, Path.Combine(model.Output(parsed, "engine"), "engine.json"));
            Write(report);
            if (parsed.GetValue(require))
            {
                Comparison.Bars.Require(report.Bars);
            }

            return 0;
        }));
        return command;
    }

    /// <summary>The bars of what was measured.</summary>
    public static IReadOnlyList<Bar> Bars(IReadOnlyList<DecodeResult> decode, IReadOnlyList<CancelResult> cancel, IReadOnlyList<double> allocated) =>
    [
        .. decode.Select(static result => new Bar(
            $"decode at {result.Sequences}, over {result.Peer}",
            result.Ratio,
            result.Sequences == 1 ? LeastAlone : LeastTogether,
            AtLeast: true,
            Target)),
        new("cancel to sequence freed, beyond the running step, ms (median)", Statistics.Median(cancel.Select(static result => result.BeyondStepMs)), MostBeyondStepMs, AtLeast: false, Target),
        new("managed bytes per generated token on the engine's thread", Statistics.Median(allocated), 0, AtLeast: false, Target),
    ];

    private static void Write(EngineReport report)
    {
        foreach (DecodeResult decode in report.Decode)
        {
            Console.Out.WriteLine($"decode at {decode.Sequences}: {Statistics.Median(decode.Ours):0.0} tokens/s, {decode.Peer} {Statistics.Median(decode.Theirs):0.0}");
        }

        Console.Out.WriteLine($"cancel to the next request's first token: {Statistics.Median(report.Cancel.Select(static c => c.NextTokenMs)):0.0} ms, with steps of {Statistics.Median(report.Cancel.Select(static c => c.StepMs)):0.0} ms");
        Console.Out.WriteLine($"first token of a model that was evicted: {Statistics.Median(report.FirstTokenAfterEvictionMs):0} ms");
        double[] reader = [.. report.ReaderMicrosecondsPerToken.OfType<double>()];
        Console.Out.WriteLine($"CPU outside the engine's thread: {(reader.Length == 0 ? "unknown" : $"{Statistics.Median(reader):0.0} µs")} per generated token");
        ReportView.Write(report.Bars, Console.Out);
    }
}
