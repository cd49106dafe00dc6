using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Bench;

/// <summary><c>bench PATH</c>: how fast a model runs here, and how far that is from what the memory allows.</summary>
internal static class BenchCommand
{
    private const int DefaultPromptTokens = 512;
    private const int DefaultGeneratedTokens = 128;
    private const int DefaultRepeats = 5;
    private const int MostTokens = 1 << 24;
    private const int MostRepeats = 10_000;

    public static Command Create(CliServices services)
    {
        Argument<string> path = new("PATH") { Description = "Name of a model in the store, or path of a GGUF file." };
        Option<int?> prompt = NumberOption.Create("--prompt", $"Tokens of the prompts that prefill is measured with. Default: {DefaultPromptTokens}.", 1, MostTokens);
        Option<int?> generate = NumberOption.Create("--generate", $"Tokens of the answers that decoding is measured with. Default: {DefaultGeneratedTokens}.", 1, MostTokens);
        Option<int?> repeat = NumberOption.Create("--repeat", $"Runs of each, after one that does not count. Default: {DefaultRepeats}.", 1, MostRepeats);
        Option<int?> threads = NumberOption.Create("--threads", "Threads that compute. Default: the physical cores.", 1, ModelFlags.MostThreads);
        Option<int?> gpuLayers = NumberOption.Create("--gpu-layers", "Layers to place on the GPU; 0: none. Default: all that fit.", 0, int.MaxValue);
        Option<bool> csv = new("--csv") { Description = "Print comma-separated values." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("bench", "Measures prefill and decoding speed. Leave the machine alone meanwhile.") { path, prompt, generate, repeat, threads, gpuLayers, csv, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(csv) && result.GetValue(json))
            {
                result.AddError("--csv and --json exclude each other.");
            }
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            int promptTokens = result.GetValue(prompt) ?? DefaultPromptTokens;
            int generatedTokens = result.GetValue(generate) ?? DefaultGeneratedTokens;
            BenchSettings settings = new(
                result.GetRequiredValue(path),
                promptTokens,
                generatedTokens,
                result.GetValue(repeat) ?? DefaultRepeats,
                new LocalModelOptions
                {
                    // The one-token side of either test: an answer to the prompt, or a prompt and the token it yields.
                    ContextLength = Math.Max(promptTokens + 1, generatedTokens + 2),
                    Threads = result.GetValue(threads) ?? PhysicalCores.Count,
                    GpuLayers = result.GetValue(gpuLayers),

                    // A figure for N threads is one that N threads made.
                    AdaptThreads = false,
                });
            BenchReport report = await MeasureAsync(services, settings, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                await services.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(report, CliJson.Indented.BenchReport)).ConfigureAwait(false);
            }
            else if (result.GetValue(csv))
            {
                BenchView.WriteCsv(report, services.Terminal.Out);
            }
            else
            {
                BenchView.WriteTable(report, services.Terminal);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<BenchReport> MeasureAsync(CliServices services, BenchSettings settings, CancellationToken cancellationToken)
    {
        BenchModel described;
        Rates prefill, decode;
        ILoadedModel model = await ModelLoading.LoadAsync(services, settings.Model, settings.ModelOptions, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            described = new(settings.Model, model.Info.Description, model.Info.ParameterCount, model.Info.SizeInBytes);
            (prefill, decode) = await new ModelBenchmark(model, settings).RunAsync(step => Progress(services, step), cancellationToken).ConfigureAwait(false);
        }

        // After the model is gone: its memory may be needed, and its threads must not read at the same time.
        Progress(services, "memory bandwidth");
        int threads = settings.ModelOptions.Threads!.Value;
        double? bandwidth = services.MeasureBandwidth(threads);
        Progress(services, "");
        return new BenchReport
        {
            Model = described,
            Machine = services.DescribeMachine(),
            Threads = threads,
            PromptTokens = settings.PromptTokens,
            GeneratedTokens = settings.GeneratedTokens,
            PrefillTokensPerSecond = prefill,
            DecodeTokensPerSecond = decode,
            MemoryBandwidth = bandwidth,
        };
    }

    // One line that is written over; a bar that redraws itself would take processor time from what is measured.
    private static void Progress(CliServices services, string step)
    {
        if (services.Terminal.ErrorIsTerminal)
        {
            services.Terminal.Error.Write($"\r\e[K{step}");
            services.Terminal.Error.Flush();
        }
    }
}
