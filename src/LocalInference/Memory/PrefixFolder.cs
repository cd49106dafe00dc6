using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>
/// Says when a model is loaded that the folder for its prefixes takes none: where a file cannot be made, what no longer fits host memory is
/// given up without a word, as it may be the disk's fault for a moment.
/// </summary>
internal static partial class PrefixFolder
{
    /// <summary>Tries to make a file there.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="log">Who is told; <see langword="null"/>: nobody.</param>
    public static void WarnIfUnusable(string directory, ILoggerFactory? log)
    {
        if (log is null)
        {
            return;
        }

        try
        {
            using FileStream file = new(Path.Combine(directory, Path.GetRandomFileName() + ".kv"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unusable(new TolerantLogger(log.CreateLogger("LocalInference.PrefixCache")), e, directory);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(310, LogLevel.Warning, "Prefixes of prompts are not moved to files, because none can be made in '{Directory}'")]
        public static partial void Unusable(ILogger logger, Exception error, string directory);
    }
}
