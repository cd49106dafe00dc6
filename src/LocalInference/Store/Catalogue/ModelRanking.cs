using System.Globalization;

namespace LocalInference;

/// <summary>
/// Says which models suit a machine best: the larger, the better it knows, as long as all of it is on the GPUs; without them, as long as
/// what each token reads of it keeps an answer fluent.
/// </summary>
/// <param name="contextLength">Tokens of context.</param>
/// <param name="machine">The machine's memory.</param>
internal sealed class ModelRanking(int contextLength, MachineMemory machine)
{
    // The screen, other programs, and what the driver takes.
    private const double GpuShare = 0.9;

    // The system and other programs.
    private const double HostShare = 0.75;

    // A processor with two channels of memory reads some 50 GB/s: at 5 GB a token that is 10 tokens/s.
    private const double FluentBytes = 5e9;

    private readonly long _gpuBytes = (long)(ByteSum.Of(machine.Gpus.Select(static gpu => gpu.TotalBytes)) * GpuShare);
    private readonly long _hostBytes = (long)(machine.Host.TotalBytes * HostShare);

    /// <summary>Those that it can run, the best first.</summary>
    public ModelRecommendation[] Rank(IEnumerable<KnownModel> models) =>
    [
        .. models
            .Where(model => Needs(model) <= Math.Max(_gpuBytes, _hostBytes))
            .OrderByDescending(model => IsOnGpu(model) || IsFluent(model))
            .ThenByDescending(model => IsOnGpu(model) || IsFluent(model) ? model.Parameters : -model.Parameters)
            .Select(model => new ModelRecommendation(model, IsOnGpu(model), Reasons(model))),
    ];

    private long Needs(KnownModel model) => model.MemoryBytes(Math.Min(contextLength, model.ContextLength));

    private bool IsOnGpu(KnownModel model) => Needs(model) <= _gpuBytes;

    private static bool IsFluent(KnownModel model) => BytesPerToken(model) <= FluentBytes;

    private static double BytesPerToken(KnownModel model) => model.Bytes * ((double)(model.ActiveParameters ?? model.Parameters) / model.Parameters);

    private string[] Reasons(KnownModel model)
    {
        int tokens = Math.Min(contextLength, model.ContextLength);
        string needs = $"It needs {Gigabytes(Needs(model))} with {tokens.ToString(CultureInfo.InvariantCulture)} tokens of context";
        string where = IsOnGpu(model) ? $"{needs}; the GPUs have {Gigabytes(_gpuBytes)} to spare." : $"{needs}; this machine has {Gigabytes(_hostBytes)} to spare.";
        string speed = IsOnGpu(model) ? "All of it is on the GPUs."
            : IsFluent(model) ? $"Each token reads {Gigabytes(BytesPerToken(model))} of it, which the processor does fluently."
            : $"Each token reads {Gigabytes(BytesPerToken(model))} of it: slow without a GPU that holds it.";
        string? context = tokens < contextLength ? $"It was made for no more than {tokens.ToString(CultureInfo.InvariantCulture)} tokens." : null;
        return [.. new[] { where, speed, context }.OfType<string>()];
    }

    private static string Gigabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB");
}
