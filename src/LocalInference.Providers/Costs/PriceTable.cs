using System.Globalization;
using System.IO.Enumeration;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Prices by model, from a JSON file:
/// <code>
/// { "currency": "USD", "prices": [
///   { "model": "openai/gpt-5", "input": 1.25, "cachedInput": 0.125, "output": 10, "date": "2025-08-07", "source": "https://…" } ] }
/// </code>
/// Amounts are for a million tokens; <c>cachedInput</c> and <c>cacheWrite</c> may be left out, see <see cref="ModelPrice"/>. Of several
/// entries that fit a name the longest holds. Immutable.
/// </summary>
public sealed class PriceTable
{
    private static readonly Lazy<PriceTable> s_shipped = new(ReadShipped);

    private readonly PriceEntry[] _longestFirst;

    private PriceTable(string currency, IReadOnlyList<PriceEntry> entries)
    {
        Currency = currency;
        Entries = entries;
        _longestFirst = [.. entries.OrderByDescending(static entry => entry.Model.Length)];
    }

    /// <summary>
    /// The table that comes with this library: list prices as their sources gave them on the day that each entry names. Providers change
    /// prices; who needs them exact brings an own file.
    /// </summary>
    public static PriceTable Shipped => s_shipped.Value;

    /// <summary>A table without prices.</summary>
    public static PriceTable Empty { get; } = new("USD", []);

    /// <summary>The currency of all its prices, as ISO 4217 names it.</summary>
    public string Currency { get; }

    /// <summary>The prices, as they stand in the file.</summary>
    public IReadOnlyList<PriceEntry> Entries { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="GenerationException">It cannot be read, or is no such table (<c>configuration_invalid</c>).</exception>
    public static PriceTable Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Read(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e.Message.TrimEnd('.'));
        }
    }

    /// <summary>The entry for a model.</summary>
    /// <param name="model">Its name with its provider's before it. Case does not matter.</param>
    /// <returns>The entry, or <see langword="null"/> if there is none.</returns>
    public PriceEntry? Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Array.Find(_longestFirst, entry => FileSystemName.MatchesSimpleExpression(entry.Model, model, ignoreCase: true));
    }

    internal static PriceTable Read(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            JsonElement root = document.RootElement;
            return new PriceTable(root.GetProperty("currency").GetString()!, [.. root.GetProperty("prices").EnumerateArray().Select(Entry)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Invalid(name, e.Message.TrimEnd('.'));
        }
    }

    private static PriceEntry Entry(JsonElement entry) => new(
        entry.GetProperty("model").GetString() is { Length: > 0 } model ? model : throw new FormatException("an entry has no model"),
        new ModelPrice(Amount(entry, "input") ?? throw new FormatException($"{model} has no input"), Amount(entry, "output") ?? throw new FormatException($"{model} has no output"))
        {
            CachedInput = Amount(entry, "cachedInput"),
            CacheWrite = Amount(entry, "cacheWrite"),
        },
        DateOnly.ParseExact(entry.GetProperty("date").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
        entry.GetProperty("source").GetString() is { Length: > 0 } source ? source : throw new FormatException($"{model} has no source"));

    private static decimal? Amount(JsonElement entry, string name) =>
        !entry.TryGetProperty(name, out JsonElement value) ? null
        : value.GetDecimal() is >= 0 and var amount ? amount
        : throw new FormatException($"{name} is negative");

    private static PriceTable ReadShipped()
    {
        using Stream stream = typeof(PriceTable).Assembly.GetManifestResourceStream("LocalInference.Providers.prices.json")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Read(bytes.ToArray(), "prices.json");
    }

    private static GenerationException Invalid(string name, string why) =>
        ExceptionFactory.Generation("configuration_invalid", $"'{name}' is no table of prices: {why}", "Correct the file, or use the one that comes with the library.");
}
