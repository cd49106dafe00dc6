namespace LocalInference.Gguf;

/// <summary>What keys and tensor names may be; the reader and the writer ask the same rules.</summary>
internal static class NameRules
{
    public static GgufError? CheckKey(string key, int byteCount)
    {
        if (byteCount == 0)
        {
            return GgufError.Of("A metadata key is empty");
        }

        if (byteCount > GgufLimits.KeyBytes)
        {
            return GgufError.Of("A metadata key is too long", byteCount, GgufLimits.KeyBytes);
        }

        // llama.cpp compares keys as C strings, so it would take "a\0b" for "a".
        return key.Contains('\0', StringComparison.Ordinal) ? GgufError.Of($"The metadata key {GgufError.Quote(key)} holds a NUL", key) : null;
    }

    public static GgufError? CheckTensorName(string name, int byteCount)
    {
        if (byteCount == 0)
        {
            return GgufError.Of("A tensor has no name");
        }

        if (byteCount > GgufLimits.TensorNameBytes)
        {
            return GgufError.Of($"The tensor name {GgufError.Quote(name)} is too long", byteCount, GgufLimits.TensorNameBytes);
        }

        return name.Contains('\0', StringComparison.Ordinal) ? GgufError.Of($"The tensor name {GgufError.Quote(name)} holds a NUL", name) : null;
    }
}
