using LocalInference.Gguf;

namespace LocalInference.Parity.Rounding;

/// <summary>How large the error may be, by the type of the weights.</summary>
internal static class RoundingBars
{
    public const double F32 = 1e-10;
    public const double F16 = 5e-5;
    public const double Quantized = 1e-3;

    // LLAMA_FTYPE_ALL_F32 and LLAMA_FTYPE_MOSTLY_F16 of llama.h: general.file_type.
    private const uint AllF32 = 0;
    private const uint MostlyF16 = 1;

    /// <summary>The bar for a model.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="cache">How keys and values are stored: weights in F32 behind a rounded cache are no better than the cache.</param>
    public static double Of(string path, KvCacheType cache)
    {
        using GgufFile file = GgufFile.Open(path);
        return file.Describe().FileType switch
        {
            AllF32 when cache == KvCacheType.F32 => F32,
            AllF32 or MostlyF16 when cache is KvCacheType.F32 or KvCacheType.F16 => F16,
            _ => Quantized,
        };
    }
}
