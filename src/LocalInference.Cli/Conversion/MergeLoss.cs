using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Evaluation;
using LocalInference.Gguf;

namespace LocalInference.Cli.Conversion;

/// <summary>Says what a merged model has lost of its adapters: measured where there is something to measure on, and never guessed.</summary>
/// <param name="services">Where to say it.</param>
/// <param name="model">Path of the model.</param>
/// <param name="adapters">What was merged into it.</param>
/// <param name="merged">Path of the merged model.</param>
internal sealed class MergeLoss(CliServices services, string model, IReadOnlyList<AdapterFile> adapters, string merged)
{
    // The four-bit types have 4 to 5 bits with their scales, those of five bits 5.5 and more.
    private const double FewBits = 5;

    // Tokens of a sample beyond these are cut off, as `eval` does.
    private const int MaxLength = 512;

    /// <summary>Warns where matrices that adapters change are stored in few bits, and measures.</summary>
    /// <param name="data">Texts or samples to measure on; <see langword="null"/>: a text of ours, and only where there is a warning.</param>
    /// <param name="threads">Threads that compute; <see langword="null"/>: the physical cores.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    public async Task TellAsync(string? data, int? threads, CancellationToken cancellationToken)
    {
        bool warns = Coarsest() is { } tensor && Warn(tensor);
        if (data is not null)
        {
            services.Terminal.Error.WriteLine(await MeasureAsync(data, Path.GetFileName(data), threads, cancellationToken).ConfigureAwait(false));
        }
        else if (warns)
        {
            services.Terminal.Error.WriteLine(await MeasureOnOurTextAsync(threads, cancellationToken).ConfigureAwait(false));
            services.Terminal.Error.WriteLine("With --data FILE, texts or samples, it is measured on what the adapter is for.");
        }
    }

    // Nobody asked for it, so the merge does not fail with it.
    private async Task<string> MeasureOnOurTextAsync(int? threads, CancellationToken cancellationToken)
    {
        try
        {
            using MeasuredText text = new();
            return await MeasureAsync(text.Path, "a text of ours", threads, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LocalInferenceException or IOException or UnauthorizedAccessException)
        {
            return $"not measured: {e.Message}";
        }
    }

    private bool Warn(GgufTensorInfo tensor)
    {
        double bits = Bits(tensor);
        if (bits <= FewBits)
        {
            services.Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"warning: matrices that were changed are stored in {tensor.Type} ({bits:0.##} bits per weight), which rounds off part of what was learned."));
        }

        return bits <= FewBits;
    }

    private GgufTensorInfo? Coarsest()
    {
        using GgufFile file = GgufFile.Open(merged);
        return adapters.SelectMany(static adapter => Targets(adapter.Path)).Select(file.FindTensor).OfType<GgufTensorInfo>().MinBy(Bits);
    }

    private async Task<string> MeasureAsync(string data, string name, int? threads, CancellationToken cancellationToken)
    {
        EvaluationInput input = new(data, Tasks: null, AllTokens: false, MaxLength, threads);
        EvalReport report;
        try
        {
            report = await new EvaluationWork(services, input).RunAsync([new("adapter", model) { Adapters = adapters }, new("merged", merged)], cancellationToken).ConfigureAwait(false);
        }
        catch (AdapterException)
        {
            // It has just been merged, so it is one of this model.
            return "not measured: llama.cpp cannot compute with such an adapter beside the model, so there is nothing to compare the merged model with";
        }

        EvalModel measured = report.Models[1];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"measured on {name}: KL {measured.Divergence:0.0E+0} per token against the model with its adapter, the same first choice for {measured.Agreement:P1} of {report.Targets} tokens, perplexity {measured.Perplexity:0.###} for {report.Models[0].Perplexity:0.###}");
    }

    private static string[] Targets(string adapter)
    {
        using GgufFile file = GgufFile.Open(adapter);
        return [.. file.Tensors.Select(static tensor => tensor.Name).Where(static name => name.EndsWith(LoraLayout.ASuffix, StringComparison.Ordinal)).Select(static name => name[..^LoraLayout.ASuffix.Length])];
    }

    private static double Bits(GgufTensorInfo tensor) => 8.0 * tensor.ByteLength / tensor.ElementCount;
}
