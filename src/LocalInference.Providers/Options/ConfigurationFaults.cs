using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>All that is wrong with a configuration, told at once.</summary>
internal static class ConfigurationFaults
{
    /// <exception cref="GenerationException">There are any (<c>configuration_invalid</c>).</exception>
    public static void Throw(IEnumerable<string> faults)
    {
        string text = string.Join("; ", faults);
        if (text.Length > 0)
        {
            throw ExceptionFactory.Generation("configuration_invalid", $"The configuration cannot be used: {text}", "Change or leave out what is named.");
        }
    }
}
