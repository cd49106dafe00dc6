using System.Numerics;
using System.Text.Json;
using LocalInference.Text.Jinja;

namespace LocalInference.Text;

public readonly partial struct JinjaValue
{
    /// <summary>A value that does not exist.</summary>
    public static JinjaValue Undefined => default;

    /// <summary>Python's <c>None</c>.</summary>
    public static JinjaValue None => new(ScalarType.None);

    /// <summary>A text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isContent">Whether somebody's content, which must never become a special token; false: the application's own.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromString(string text, bool isContent = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return OfText(text, isContent);
    }

    /// <summary><c>True</c> or <c>False</c>.</summary>
    /// <param name="value">The truth value.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromBoolean(bool value) => new(ScalarType.Boolean, value ? 1 : 0);

    /// <summary>An integer.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromInteger(long value) => new(ScalarType.Integer, value);

    /// <summary>An integer of any size.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromInteger(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? FromInteger((long)value) : new(new LargeInteger(value));

    /// <summary>A floating-point number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromFloat(double value) => new(ScalarType.Float, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A list over your own, which is not copied and must not change while a template renders.</summary>
    /// <param name="items">The items.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromList(IReadOnlyList<JinjaValue> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new(new ListView(items));
    }

    /// <summary>A map over your own, which is not copied.</summary>
    /// <param name="map">The map.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromMap(JinjaMapView map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new(new MapView(map));
    }

    /// <summary>A map of these entries, in this order; the later of two with one key wins.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="isContent">Whether the keys are content.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromMap(IEnumerable<KeyValuePair<string, JinjaValue>> entries, bool isContent = false)
    {
        ArgumentNullException.ThrowIfNull(entries);
        MapObject map = new(isFrozen: true);
        foreach ((string key, JinjaValue value) in entries)
        {
            map.Entries[OfText(key, isContent)] = value;
        }

        return new(map);
    }

    /// <summary>
    /// What a JSON value stands for in Python: null is None, a number without a fraction or exponent is an integer, and so on.
    /// Lists and objects are converted when a template first reads them, and only once; the JSON document must live as long.
    /// </summary>
    /// <param name="json">The JSON value; undefined gives an undefined value.</param>
    /// <param name="isContent">Whether its texts and keys are somebody's content, at every depth.</param>
    /// <returns>The value.</returns>
    public static JinjaValue FromJson(JsonElement json, bool isContent = false) => PythonJson.Read(json, isContent);

    /// <summary>
    /// The characters of a text, or <see langword="null"/> for a value of another type.
    /// </summary>
    /// <returns>The characters.</returns>
    public string? AsString() => IsString ? TextString() : null;

    /// <summary>What a template prints for the value, as Python's <c>str</c> gives it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => PythonText.ToDisplayString(this);
}
