using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <summary>
/// A GGUF model that is open for reading: one file, or all parts of a split one as if they were one. The headers are
/// read and checked when it is opened (gguf.h and gguf.cpp of llama.cpp v0.5.0 define the format); tensor data is read
/// when asked for. Thread safe, except that nothing may be in use while it is disposed of.
/// </summary>
public sealed class GgufFile : IDisposable
{
    private readonly Dictionary<string, GgufTensorInfo> _byName;

    private GgufFile(ImmutableArray<GgufPart> parts)
    {
        Parts = parts;
        Tensors = parts.Length == 1 ? parts[0].Tensors : [.. parts.SelectMany(static part => part.Tensors)];
        _byName = new(Tensors.Length, StringComparer.Ordinal);
        foreach (GgufTensorInfo tensor in Tensors)
        {
            if (!_byName.TryAdd(tensor.Name, tensor))
            {
                throw new GgufException(GgufError.Of($"The tensor {GgufError.Quote(tensor.Name)} is in two parts of the model", tensor.Name), parts[tensor.PartIndex].Path);
            }
        }
    }

    /// <summary>The model's files in order; one, unless it is split.</summary>
    public ImmutableArray<GgufPart> Parts { get; }

    /// <summary>The path of the first part: the one that llama.cpp is to be given.</summary>
    public string Path => Parts[0].Path;

    /// <summary>The first part's GGUF version: 2 or 3.</summary>
    public uint Version => Parts[0].Version;

    /// <summary>The first part's alignment of tensor data in bytes: a power of two.</summary>
    public uint Alignment => Parts[0].Alignment;

    /// <summary>Where the first part's tensor data starts, in bytes from its beginning.</summary>
    public long DataOffset => Parts[0].DataOffset;

    /// <summary>The size of all parts together, in bytes.</summary>
    public long FileLength => Parts.Sum(static part => part.Length);

    /// <summary>The first part's metadata, which describes the whole model.</summary>
    public GgufMetadata Metadata => Parts[0].Metadata;

    /// <summary>All tensors, in the order of the files.</summary>
    public ImmutableArray<GgufTensorInfo> Tensors { get; }

    /// <summary>Opens a model. Given any part of a split model, it opens them all.</summary>
    /// <exception cref="GgufException">The file is malformed, truncated or not GGUF, or parts are missing or do not belong together.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a folder, or reading is not permitted.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OwnParts(SplitSet.Open(path));
    }

    /// <summary>Opens this one file only, even if it is part of a split model.</summary>
    /// <inheritdoc cref="Open"/>
    public static GgufFile OpenPart(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OwnParts([GgufPart.Open(path, index: 0)]);
    }

    /// <summary>The tensor of this name, or <see langword="null"/>.</summary>
    public GgufTensorInfo? FindTensor(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A tensor's bytes, mapped from the file without a copy.</summary>
    /// <returns>A view that is valid until the file is disposed of; reading it later, or after another program has made the file shorter, ends the process.</returns>
    /// <exception cref="GgufException">The tensor is larger than a span can be (2 GiB); take it in slices.</exception>
    public ReadOnlySpan<byte> GetTensorData(GgufTensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.ByteLength <= int.MaxValue
            ? GetTensorData(tensor, 0, (int)tensor.ByteLength)
            : throw new GgufException(
                GgufError.Of($"Tensor {GgufError.Quote(tensor.Name)} is too large to be seen at once", tensor.ByteLength, int.MaxValue, "Read it in slices."),
                Path);
    }

    /// <summary>A slice of a tensor's bytes, mapped from the file without a copy.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="offset">Where the slice starts, in bytes from the start of the tensor.</param>
    /// <param name="count">The slice's length in bytes.</param>
    /// <returns>A view as <see cref="GetTensorData(GgufTensorInfo)"/> returns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The slice is not within the tensor.</exception>
    public ReadOnlySpan<byte> GetTensorData(GgufTensorInfo tensor, long offset, int count)
    {
        CheckSlice(tensor, offset, count);
        return count == 0 ? default : Parts[tensor.PartIndex].Map(tensor.FileOffset + offset, count);
    }

    /// <summary>Copies a slice of a tensor's bytes. Unlike the views it is an error, not the end, if the file has become shorter.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="offset">Where the slice starts, in bytes from the start of the tensor.</param>
    /// <param name="destination">Filled entirely.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slice is not within the tensor.</exception>
    /// <exception cref="GgufException">The file has become shorter.</exception>
    public void ReadTensorData(GgufTensorInfo tensor, long offset, Span<byte> destination)
    {
        CheckSlice(tensor, offset, destination.Length);
        Parts[tensor.PartIndex].Read(tensor.FileOffset + offset, destination);
    }

    /// <summary>What the metadata and the tensor list say about the model.</summary>
    public GgufModelDescription Describe() => GgufModelDescription.Of(this);

    /// <summary>Closes the files; views of tensor data become invalid.</summary>
    public void Dispose()
    {
        foreach (GgufPart part in Parts)
        {
            part.Dispose();
        }
    }

    private static GgufFile OwnParts(ImmutableArray<GgufPart> parts)
    {
        try
        {
            return new GgufFile(parts);
        }
        catch
        {
            foreach (GgufPart part in parts)
            {
                part.Dispose();
            }

            throw;
        }
    }

    private void CheckSlice(GgufTensorInfo tensor, long offset, int count)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!ReferenceEquals(FindTensor(tensor.Name), tensor))
        {
            throw new ArgumentException("The tensor belongs to another file.", nameof(tensor));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, tensor.ByteLength - count);
    }
}
