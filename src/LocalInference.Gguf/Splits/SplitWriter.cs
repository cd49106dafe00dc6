namespace LocalInference.Gguf;

/// <summary>Copies tensors from an open model into new files.</summary>
internal static class SplitWriter
{
    // Large enough that a copy runs at the disk's speed, small enough to stay off the large-object heap's growth.
    private const int CopyBytes = 1024 * 1024;

    public static IReadOnlyList<string> Write(GgufFile source, string prefix, long maximumDataBytes, CancellationToken cancellationToken)
    {
        List<List<GgufTensorInfo>> groups = Group(source, maximumDataBytes);
        if (groups.Count > GgufLimits.Parts)
        {
            throw new GgufException(GgufError.Of("The model would have too many parts", groups.Count, GgufLimits.Parts, "Choose larger parts."), source.Path);
        }

        List<string> paths = [];
        try
        {
            for (int i = 0; i < groups.Count; i++)
            {
                GgufMetadata metadata = PartMetadata(source, i, groups.Count);
                string path = GgufSplit.PartPath(prefix, i, groups.Count);
                Copy(source, groups[i], metadata, path, cancellationToken);
                paths.Add(path);
            }
        }
        catch
        {
            paths.ForEach(File.Delete);
            throw;
        }

        return paths;
    }

    public static void Copy(GgufFile source, IReadOnlyList<GgufTensorInfo> tensors, GgufMetadata metadata, string path, CancellationToken cancellationToken)
    {
        using GgufWriter writer = GgufWriter.Create(path, metadata, [.. tensors.Select(static tensor => tensor.ToDefinition())]);
        byte[] buffer = new byte[CopyBytes];
        foreach (GgufTensorInfo tensor in tensors)
        {
            for (long offset = 0; offset < tensor.ByteLength; offset += buffer.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, tensor.ByteLength - offset));
                source.ReadTensorData(tensor, offset, piece);
                writer.Write(piece);
            }
        }

        writer.Complete();
    }

    private static List<List<GgufTensorInfo>> Group(GgufFile source, long maximumDataBytes)
    {
        List<List<GgufTensorInfo>> groups = [[]];
        long size = 0;
        foreach (GgufTensorInfo tensor in source.Tensors)
        {
            if (groups[^1].Count > 0 && tensor.ByteLength > maximumDataBytes - size)
            {
                groups.Add([]);
                size = 0;
            }

            groups[^1].Add(tensor);
            size += tensor.ByteLength;
        }

        return groups;
    }

    /// <summary>The first part carries everything; the others only what makes them readable and tells them apart.</summary>
    private static GgufMetadata PartMetadata(GgufFile source, int number, int count)
    {
        GgufMetadataBuilder builder = number == 0 ? source.Metadata.ToBuilder() : new GgufMetadataBuilder();
        if (number > 0 && source.Metadata.TryGetValue(GgufWriter.AlignmentKey, out GgufValue alignment))
        {
            builder.Set(GgufWriter.AlignmentKey, alignment);
        }

        return builder
            .Set(GgufSplit.NumberKey, GgufValue.From((ushort)number))
            .Set(GgufSplit.CountKey, GgufValue.From((ushort)count))
            .Set(GgufSplit.TensorsKey, source.Tensors.Length)
            .Build();
    }
}
