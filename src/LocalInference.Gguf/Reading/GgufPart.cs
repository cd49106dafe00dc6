using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <summary>One of the files that a model consists of. Immutable, and usable after the model is closed.</summary>
public sealed class GgufPart
{
    internal GgufPart(string path, long length, Header header)
    {
        Path = path;
        Length = length;
        Version = header.Version;
        Alignment = header.Alignment;
        DataOffset = header.DataOffset;
        Metadata = header.Metadata;
        Tensors = header.Tensors;
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>Its size in bytes.</summary>
    public long Length { get; }

    /// <summary>The GGUF version: 2 or 3.</summary>
    public uint Version { get; }

    /// <summary>What tensor data is aligned to, in bytes: a power of two.</summary>
    public uint Alignment { get; }

    /// <summary>Where tensor data starts, in bytes from the beginning of the file.</summary>
    public long DataOffset { get; }

    /// <summary>This file's own metadata; in all but the first part little more than the split keys.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors in this file, in file order.</summary>
    public ImmutableArray<GgufTensorInfo> Tensors { get; }
}
