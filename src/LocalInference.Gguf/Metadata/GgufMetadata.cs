using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LocalInference.Gguf;

/// <summary>
/// The key-value pairs of a GGUF file, in file order and immutable; make or change one with
/// <see cref="GgufMetadataBuilder"/>. Thread safe, and independent of the file: it stays usable after that is closed.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "The field's own name.")]
public sealed partial class GgufMetadata : IReadOnlyCollection<KeyValuePair<string, GgufValue>>
{
    private readonly KeyValuePair<string, GgufValue>[] _pairs;
    private readonly Dictionary<string, int> _positions;

    internal GgufMetadata(KeyValuePair<string, GgufValue>[] pairs, Dictionary<string, int> positions)
    {
        _pairs = pairs;
        _positions = positions;
    }

    /// <summary>Metadata without a single pair.</summary>
    public static GgufMetadata Empty { get; } = new([], new Dictionary<string, int>(StringComparer.Ordinal));

    /// <summary>How many pairs there are.</summary>
    public int Count => _pairs.Length;

    /// <summary>The value of a key.</summary>
    /// <exception cref="GgufException">There is no such key.</exception>
    public GgufValue this[string key] => TryGetValue(key, out GgufValue value)
        ? value
        : throw new GgufException(GgufError.Of($"The metadata has no key {GgufError.Quote(key)}", key, nextStep: "Convert the model again with a current converter."));

    /// <summary>Whether the key exists; keys are compared byte for byte.</summary>
    public bool ContainsKey(string key) => _positions.ContainsKey(key);

    /// <summary>The value of a key, whatever its type.</summary>
    public bool TryGetValue(string key, out GgufValue value)
    {
        bool found = _positions.TryGetValue(key, out int position);
        value = found ? _pairs[position].Value : default;
        return found;
    }

    /// <summary>A builder that starts with these pairs.</summary>
    public GgufMetadataBuilder ToBuilder() => new(this);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, GgufValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, GgufValue>>)_pairs).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
