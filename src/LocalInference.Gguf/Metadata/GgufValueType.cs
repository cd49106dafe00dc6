using System.Diagnostics.CodeAnalysis;

namespace LocalInference.Gguf;

/// <summary>The type of a metadata value. The numbers are those stored in the file (<c>enum gguf_type</c> in gguf.h).</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "They are types, and these are their names.")]
public enum GgufValueType
{
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 0,

    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 1,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 2,

    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 3,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 4,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 5,

    /// <summary>IEEE 754 single precision.</summary>
    Float32 = 6,

    /// <summary>One byte; anything but 0 is true.</summary>
    Boolean = 7,

    /// <summary>UTF-8 bytes behind a 64-bit length.</summary>
    String = 8,

    /// <summary>Elements of one type behind that type and a 64-bit count.</summary>
    Array = 9,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 10,

    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 11,

    /// <summary>IEEE 754 double precision.</summary>
    Float64 = 12,
}
