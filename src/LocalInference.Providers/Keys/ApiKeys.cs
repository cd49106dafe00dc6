using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// A provider's keys. They are used in turn: one that is refused (401) is not tried for 5 minutes, one that is limited (429) rests for as long as
/// the provider says, and meanwhile the next one is used. Neither this object nor any message, log, trace or metric shows them.
/// Immutable.
/// </summary>
public sealed class ApiKeys
{
    private ApiKeys(IReadOnlyList<string> values) => Values = values;

    /// <summary>No key: requests carry none.</summary>
    public static ApiKeys None { get; } = new([]);

    /// <summary>How many there are.</summary>
    public int Count => Values.Count;

    internal IReadOnlyList<string> Values { get; }

    /// <summary>Keys as they are, for instance from a secret store.</summary>
    /// <param name="keys">The keys.</param>
    /// <exception cref="ArgumentException">One is empty, or has characters that no header can carry.</exception>
    public static ApiKeys Of(params IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        string[] values = [.. keys.Select(static key => key.Trim()).Distinct(StringComparer.Ordinal)];
        return values.All(IsUsable) ? new(values) : throw new ArgumentException("A key is empty or has characters that no header can carry.", nameof(keys));
    }

    /// <summary>Keys from an environment variable, several separated by commas; none if it is not set.</summary>
    /// <param name="variable">Its name, such as <c>OPENAI_API_KEY</c>.</param>
    /// <exception cref="ArgumentException">One has characters that no header can carry.</exception>
    public static ApiKeys FromEnvironment(string variable)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        return Of((Environment.GetEnvironmentVariable(variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    /// <summary>Keys from a file, one a line; empty lines and those that begin with <c>#</c> count for nothing.</summary>
    /// <param name="path">The file. Outside Windows nobody but its owner may have any access to it (mode 0600 or 0400).</param>
    /// <exception cref="UnauthorizedAccessException">Others may read or write it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ArgumentException">One has characters that no header can carry.</exception>
    public static ApiKeys FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!SecretFile.IsPrivate(file.SafeFileHandle))
        {
            throw new UnauthorizedAccessException($"Others than its owner have access to the keys in '{path}'. Take it from them: chmod 600.");
        }

        using var reader = new StreamReader(file);
        return Of(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(static line => line[0] != '#'));
    }

    /// <summary>These keys and those behind them.</summary>
    /// <param name="others">The keys to use after these.</param>
    public ApiKeys And(ApiKeys others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return Of(Values.Concat(others.Values));
    }

    /// <summary>How many keys there are; never the keys.</summary>
    public override string ToString() => Count == 1 ? "1 key" : $"{Count} keys";

    /// <summary>A text of the provider without these keys, and no longer than that.</summary>
    internal string? Redact(string? text, int maxLength)
    {
        if (text is null)
        {
            return null;
        }

        foreach (string key in Values)
        {
            text = text.Replace(key, "[key]", StringComparison.Ordinal);
        }

        return text.Length <= maxLength ? text : text[..maxLength];
    }

    private static bool IsUsable(string key) => key.Length > 0 && key.All(static c => c is > ' ' and < (char)127);
}
