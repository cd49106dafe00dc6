using System.Diagnostics.CodeAnalysis;

namespace LocalInference;

/// <summary>How keys or values are stored in the KV cache.</summary>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores", Justification = "The field's own names.")]
public enum KvCacheType
{
    /// <summary>16-bit floating point, 2 bytes an element.</summary>
    F16,

    /// <summary>32-bit floating point, 4 bytes an element.</summary>
    F32,

    /// <summary>8 bits with a scale for every 32 elements, 1.0625 bytes an element.</summary>
    Q8_0,

    /// <summary>4 bits with a scale for every 32 elements, 0.5625 bytes an element.</summary>
    Q4_0,
}
