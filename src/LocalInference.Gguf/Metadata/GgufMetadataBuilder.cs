using System.Text;

namespace LocalInference.Gguf;

/// <summary>Collects metadata pairs in order. Not thread safe.</summary>
public sealed class GgufMetadataBuilder
{
    private readonly OrderedDictionary<string, GgufValue> _pairs = new(StringComparer.Ordinal);

    /// <summary>An empty builder.</summary>
    public GgufMetadataBuilder()
    {
    }

    internal GgufMetadataBuilder(GgufMetadata metadata)
    {
        foreach (KeyValuePair<string, GgufValue> pair in metadata)
        {
            _pairs.Add(pair.Key, pair.Value);
        }
    }

    /// <summary>Adds a pair, or replaces the value and keeps the place of a key that is there already.</summary>
    /// <exception cref="GgufException">The key is empty, longer than 65,535 bytes, or holds a NUL.</exception>
    public GgufMetadataBuilder Set(string key, GgufValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (NameRules.CheckKey(key, Encoding.UTF8.GetByteCount(key)) is { } error)
        {
            throw new GgufException(error);
        }

        _pairs[key] = value;
        return this;
    }

    /// <summary>Sets a <see cref="GgufValueType.UInt32"/>.</summary>
    public GgufMetadataBuilder Set(string key, uint value) => Set(key, GgufValue.From(value));

    /// <summary>Sets a <see cref="GgufValueType.Int32"/>.</summary>
    public GgufMetadataBuilder Set(string key, int value) => Set(key, GgufValue.From(value));

    /// <summary>Sets a <see cref="GgufValueType.Float32"/>.</summary>
    public GgufMetadataBuilder Set(string key, float value) => Set(key, GgufValue.From(value));

    /// <summary>Sets a <see cref="GgufValueType.Boolean"/>.</summary>
    public GgufMetadataBuilder Set(string key, bool value) => Set(key, GgufValue.From(value));

    /// <summary>Sets a <see cref="GgufValueType.String"/>.</summary>
    public GgufMetadataBuilder Set(string key, string value) => Set(key, GgufValue.From(value));

    /// <summary>Sets a <see cref="GgufValueType.Array"/>.</summary>
    public GgufMetadataBuilder Set(string key, GgufArray value) => Set(key, GgufValue.From(value));

    /// <summary>Removes a pair; a key that is not there is no error.</summary>
    public GgufMetadataBuilder Remove(string key)
    {
        _pairs.Remove(key);
        return this;
    }

    /// <summary>The pairs so far; the builder can go on being used.</summary>
    public GgufMetadata Build()
    {
        Dictionary<string, int> positions = new(_pairs.Count, StringComparer.Ordinal);
        for (int i = 0; i < _pairs.Count; i++)
        {
            positions.Add(_pairs.GetAt(i).Key, i);
        }

        return new GgufMetadata([.. _pairs], positions);
    }
}
