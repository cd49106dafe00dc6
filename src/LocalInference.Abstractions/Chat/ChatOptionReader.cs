using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>Reads the options of <see cref="ChatOptionNames"/>, in whichever kind of value a caller has them.</summary>
internal sealed class ChatOptionReader(AdditionalPropertiesDictionary? properties)
{
    /// <exception cref="GenerationException">The value is no whole number.</exception>
    public int? Integer(string name) => Value(name) switch
    {
        null => null,
        int number => number,
        long and (< int.MinValue or > int.MaxValue) => throw Refuse(name, "is out of range"),
        long number => (int)number,
        string text when int.TryParse(text, CultureInfo.InvariantCulture, out int number) => number,
        _ => throw Refuse(name, "must be a whole number"),
    };

    /// <exception cref="GenerationException">The value is no number.</exception>
    public float? Number(string name) => Value(name) is { } value ? (float)(AsNumber(value) ?? throw Refuse(name, "must be a number")) : null;

    /// <exception cref="GenerationException">The value is no truth value.</exception>
    public bool? Truth(string name) => Value(name) switch
    {
        null => null,
        bool truth => truth,
        string text when bool.TryParse(text, out bool truth) => truth,
        _ => throw Refuse(name, "must be true or false"),
    };

    /// <exception cref="GenerationException">The value is no text.</exception>
    public string? Text(string name) => Value(name) switch
    {
        null => null,
        string text => text,
        _ => throw Refuse(name, "must be text"),
    };

    /// <exception cref="GenerationException">The value is neither a time nor a number of seconds.</exception>
    public TimeSpan? Duration(string name)
    {
        object? value = Value(name);
        if (value is null or TimeSpan)
        {
            return (TimeSpan?)value;
        }

        return AsNumber(value) switch
        {
            null => throw Refuse(name, "must be a TimeSpan or a number of seconds"),
            < 0 => Timeout.InfiniteTimeSpan,
            { } seconds when seconds <= TimeSpan.MaxValue.TotalSeconds / 2 => TimeSpan.FromSeconds(seconds),
            _ => throw Refuse(name, "is out of range"),
        };
    }

    /// <exception cref="GenerationException">The value is none of the names.</exception>
    public T? Choice<T>(string name)
        where T : struct, Enum => Value(name) switch
        {
            null => null,
            T choice => choice,
            string text when Enum.TryParse(text, ignoreCase: true, out T choice) && Enum.IsDefined(choice) => choice,
            _ => throw Refuse(name, $"must be one of {string.Join(", ", Enum.GetNames<T>())}"),
        };

    /// <exception cref="GenerationException">The value is no sequence of adapters.</exception>
    public IReadOnlyList<AdapterSelection>? Adapters() => Value(ChatOptionNames.Adapters) switch
    {
        null => null,
        IEnumerable<AdapterSelection> adapters => [.. adapters],
        _ => throw Refuse(ChatOptionNames.Adapters, "must be a sequence of AdapterSelection"),
    };

    private static double? AsNumber(object value) => value switch
    {
        double number => number,
        float number => number,
        decimal number => (double)number,
        int number => number,
        long number => number,
        string text when double.TryParse(text, CultureInfo.InvariantCulture, out double number) => number,
        _ => null,
    };

    // JSON values are read as what they are; null stands for nothing, as if the name were not there.
    private object? Value(string name)
    {
        object? value = null;
        properties?.TryGetValue(name, out value);
        return value is JsonElement json
            ? json.ValueKind switch
            {
                JsonValueKind.Null or JsonValueKind.Undefined => null,
                JsonValueKind.String => json.GetString(),
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.Number => json.TryGetInt64(out long number) ? (object)number : json.GetDouble(),
                _ => json,
            }
            : value;
    }

    private static GenerationException Refuse(string name, string reason) => ExceptionFactory.Option(name, reason);
}
