// Structs of llama.h that llama_model_quantize takes lists of, llama.cpp v0.5.0. Compared with native/layout's table by
// tests/LocalInference.Native.Tests.

using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>The importance of a tensor's columns; the list ends with one whose name is null.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct llama_model_imatrix_data
{
    public byte* name;
    public float* data;
    public nuint size;
}

/// <summary>A metadata pair to write in place of the file's own; the list ends with one whose key is empty.</summary>
[StructLayout(LayoutKind.Explicit, Size = 264)]
internal unsafe struct llama_model_kv_override
{
    /// <summary>Bytes that a key or a text can have, with the zero at its end.</summary>
    public const int TextLength = 128;

    [FieldOffset(0)]
    public llama_model_kv_override_type tag;

    [FieldOffset(4)]
    public fixed byte key[TextLength];

    // One of these, by the tag.
    [FieldOffset(136)]
    public long val_i64;

    [FieldOffset(136)]
    public double val_f64;

    [FieldOffset(136)]
    public byte val_bool;

    [FieldOffset(136)]
    public fixed byte val_str[TextLength];
}
