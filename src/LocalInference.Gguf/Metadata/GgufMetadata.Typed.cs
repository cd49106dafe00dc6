namespace LocalInference.Gguf;

/// <content>
/// Typed access. Integers are converted between widths where the value fits, because converters disagree about them;
/// nothing else is converted. The <c>Try</c> forms answer false for a missing key and for a value of another type.
/// </content>
public sealed partial class GgufMetadata
{
    /// <summary>A string.</summary>
    public bool TryGetString(string key, out string value)
    {
        value = string.Empty;
        return TryGetValue(key, out GgufValue found) && found.TryGetString(out value);
    }

    /// <summary>An integer of any stored width, from 0 to 2³² − 1.</summary>
    public bool TryGetUInt32(string key, out uint value)
    {
        bool fits = TryGetUInt64(key, out ulong wide) && wide <= uint.MaxValue;
        value = fits ? (uint)wide : 0;
        return fits;
    }

    /// <summary>An integer of any stored width that is not negative.</summary>
    public bool TryGetUInt64(string key, out ulong value)
    {
        value = 0;
        return TryGetValue(key, out GgufValue found) && found.TryGetUInt64(out value);
    }

    /// <summary>An integer of any stored width that fits 64 signed bits.</summary>
    public bool TryGetInt64(string key, out long value)
    {
        value = 0;
        return TryGetValue(key, out GgufValue found) && found.TryGetInt64(out value);
    }

    /// <summary>A floating-point number; a Float64 is rounded to single precision.</summary>
    public bool TryGetSingle(string key, out float value)
    {
        double wide = 0;
        bool found = TryGetValue(key, out GgufValue stored) && stored.TryGetDouble(out wide);
        value = (float)wide;
        return found;
    }

    /// <summary>A Boolean.</summary>
    public bool TryGetBoolean(string key, out bool value)
    {
        value = false;
        return TryGetValue(key, out GgufValue found) && found.TryGetBoolean(out value);
    }

    /// <summary>An array.</summary>
    public bool TryGetArray(string key, out GgufArray value)
    {
        bool isArray = TryGetValue(key, out GgufValue found) && found.Type == GgufValueType.Array;
        value = isArray ? found.AsArray() : GgufArray.From<byte>([]);
        return isArray;
    }

    /// <summary>A string that must be there.</summary>
    /// <exception cref="GgufException">The key is missing or its value is not a string.</exception>
    public string GetString(string key) => TryGetString(key, out string value) ? value : throw Unusable(key, "a string");

    /// <summary>An integer that must be there, from 0 to 2³² − 1.</summary>
    /// <exception cref="GgufException">The key is missing or its value is not such an integer.</exception>
    public uint GetUInt32(string key) => TryGetUInt32(key, out uint value) ? value : throw Unusable(key, "an integer from 0 to 4294967295");

    /// <summary>An array that must be there.</summary>
    /// <exception cref="GgufException">The key is missing or its value is not an array.</exception>
    public GgufArray GetArray(string key) => TryGetArray(key, out GgufArray value) ? value : throw Unusable(key, "an array");

    private GgufException Unusable(string key, string expected)
    {
        GgufValue value = this[key];
        return new GgufException(GgufError.Of(
            $"The metadata key {GgufError.Quote(key)} is of type {value.Type} where {expected} is needed",
            value.Type,
            expected,
            "Convert the model again with a current converter."));
    }
}
