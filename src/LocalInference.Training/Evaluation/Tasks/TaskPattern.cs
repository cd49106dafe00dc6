using System.Text.RegularExpressions;

namespace LocalInference.Training;

/// <summary>Expressions from files of tasks: they come from elsewhere, so they may not take for ever.</summary>
internal static class TaskPattern
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(1);

    /// <exception cref="RegexParseException">It is none.</exception>
    public static Regex Of(string pattern) => new(pattern, RegexOptions.CultureInvariant, s_time);
}
