using LocalInference.Native;

namespace LocalInference;

/// <summary>What llama.cpp calls the types, and how large they are.</summary>
internal static class KvCacheTypes
{
    /// <summary>Elements that share a scale; a head must be a multiple of it.</summary>
    public const int BlockLength = 32;

    public static bool IsQuantized(this KvCacheType type) => type is KvCacheType.Q8_0 or KvCacheType.Q4_0;

    public static ggml_type ToNative(this KvCacheType type) => type switch
    {
        KvCacheType.F32 => ggml_type.GGML_TYPE_F32,
        KvCacheType.Q8_0 => ggml_type.GGML_TYPE_Q8_0,
        KvCacheType.Q4_0 => ggml_type.GGML_TYPE_Q4_0,
        _ => ggml_type.GGML_TYPE_F16,
    };

    public static double BytesPerElement(this KvCacheType type) => type switch
    {
        KvCacheType.F32 => 4,
        KvCacheType.Q8_0 => 34.0 / BlockLength,
        KvCacheType.Q4_0 => 18.0 / BlockLength,
        _ => 2,
    };
}
