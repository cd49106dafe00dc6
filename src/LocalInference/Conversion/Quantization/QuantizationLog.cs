using System.Globalization;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>
/// Makes progress of llama.cpp's log: llama_model_quantize has no callback, but says "[  3/ 290] NAME - …" of each tensor, on the
/// thread that called it.
/// </summary>
/// <param name="progress">Told of each tensor.</param>
/// <param name="cancellationToken">Once it is cancelled, tensors are still named, but no longer quantized (<see cref="QuantizationCall"/>).</param>
internal sealed class QuantizationLog(IProgress<ConversionProgress> progress, CancellationToken cancellationToken) : ILogger
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // Other models may be at work in this process.
        if (Environment.CurrentManagedThreadId == _thread && !cancellationToken.IsCancellationRequested && Parse(formatter(state, exception)) is { } report)
        {
            progress.Report(report);
        }
    }

    /// <summary>What a line of the log says, if it is one of a tensor.</summary>
    public static ConversionProgress? Parse(string line)
    {
        int slash = line.IndexOf('/', StringComparison.Ordinal);
        int close = line.IndexOf(']', StringComparison.Ordinal);
        if (!line.StartsWith('[') || slash < 0 || close < slash
            || !int.TryParse(line.AsSpan(1, slash - 1), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int number)
            || !int.TryParse(line.AsSpan(slash + 1, close - slash - 1), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int total))
        {
            return null;
        }

        string name = line[(close + 1)..].TrimStart().Split(' ', 2)[0];
        return name.Length == 0 ? null : new ConversionProgress(number - 1, total, name);
    }
}
