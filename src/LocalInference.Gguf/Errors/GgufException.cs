namespace LocalInference.Gguf;

/// <summary>
/// A file is not a GGUF file that can be used, or something cannot be expressed in one. It says where (path and byte
/// offset), with which value, against which limit, and what to do next. Text taken from the file is shortened and has
/// its control characters replaced, so the message is safe to print.
/// </summary>
public sealed class GgufException : Exception
{
    internal GgufException(GgufError error, string? path = null, long? byteOffset = null, Exception? innerException = null)
        : base(error.ToMessage(path, byteOffset), innerException)
    {
        Path = path;
        ByteOffset = byteOffset;
        Value = error.Value;
        Limit = error.Limit;
        NextStep = error.NextStep;
    }

    /// <summary>The file that was read or written, or <see langword="null"/> when no file is involved.</summary>
    public string? Path { get; }

    /// <summary>Where in the file the faulty field starts, in bytes from its beginning, or <see langword="null"/>.</summary>
    public long? ByteOffset { get; }

    /// <summary>The value that was refused, as text, or <see langword="null"/> when no single value is to blame.</summary>
    public string? Value { get; }

    /// <summary>The limit the value ran into, as text, or <see langword="null"/> when there is none.</summary>
    public string? Limit { get; }

    /// <summary>What the caller can do about it: one sentence.</summary>
    public string NextStep { get; }
}
