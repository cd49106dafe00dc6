using System.Globalization;
using LocalInference.Server.Generation;

namespace LocalInference.Cli.CommandLine;

/// <summary>How long a model stays loaded after its last use, as Ollama's settings say it.</summary>
internal static class KeepAliveTime
{
    /// <summary>Reads seconds or a Go duration; less than nothing is for ever.</summary>
    /// <exception cref="CliException">It is neither.</exception>
    public static TimeSpan Parse(string text)
    {
        string? error = null;
        TimeSpan time = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && double.IsFinite(seconds)
            ? GoDuration.OfSeconds(seconds)
            : GoDuration.Parse(text, out error) ?? throw CliException.Usage($"'{text}' is no time to keep a model: {error}.", "Give seconds, or a duration such as 5m or 1h30m.");
        return time < TimeSpan.Zero || time == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : time;
    }
}
