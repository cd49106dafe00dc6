namespace LocalInference.Gguf.Tests.Reading;

/// <summary>Files that are made to take as much memory as possible: never more than their own size plus 64 MiB.</summary>
public sealed class AllocationTests : IDisposable
{
    private const long Allowance = 64L * 1024 * 1024;

    private readonly TempFolder _folder = new();

    [Fact]
    public void The_most_pairs()
    {
        RawGguf raw = new(0, 65_536);
        for (int i = 0; i < 65_536; i++)
        {
            raw.Key($"{i:x4}", GgufValueType.String).UInt64(0);
        }

        Assert.True(Measure(raw).Opened);
    }

    [Fact]
    public void The_longest_keys()
    {
        RawGguf raw = new(0, 65);
        for (int i = 0; i < 65; i++)
        {
            raw.Key($"{i:d3}".PadRight(65_535), GgufValueType.UInt8).Bytes(0);
        }

        Assert.False(Measure(raw).Opened);
    }

    [Fact]
    public void The_most_tensors()
    {
        RawGguf raw = new(65_536, 0);
        for (int i = 0; i < 65_536; i++)
        {
            raw.Tensor($"{i:d63}", [0, 1, 1, 1], 0, 0);
        }

        Assert.True(Measure(raw.PadTo(32)).Opened);
    }

    [Fact]
    public void Millions_of_empty_strings()
    {
        RawGguf raw = new RawGguf(0, 1).Key("a", GgufValueType.Array).UInt32((uint)GgufValueType.String).UInt64(4_000_000).Bytes(new byte[32_000_000]);

        Assert.True(Measure(raw).Opened);
    }

    [Fact]
    public void Millions_of_empty_arrays()
    {
        RawGguf raw = new RawGguf(0, 1).Key("a", GgufValueType.Array).UInt32((uint)GgufValueType.Array).UInt64(3_000_000).Bytes(new byte[36_000_000]);

        Assert.True(Measure(raw).Opened);
    }

    [Fact]
    public void A_large_vocabulary_costs_its_own_bytes()
    {
        string[] tokens = [.. Enumerable.Range(0, 256_000).Select(static i => $"token{i}")];
        GgufMetadata metadata = new GgufMetadataBuilder().Set("tokenizer.ggml.tokens", GgufArray.FromStrings(tokens)).Build();
        string path = _folder["vocabulary.gguf"];
        using (GgufWriter writer = GgufWriter.Create(path, metadata, []))
        {
            writer.Complete();
        }

        (bool opened, long allocated) = Measure(path);
        Assert.True(opened);
        Assert.InRange(allocated, 1, new FileInfo(path).Length + (256 * 1024));
    }

    public void Dispose() => _folder.Dispose();

    private (bool Opened, long Allocated) Measure(RawGguf raw) => Measure(_folder.Write("large.gguf", raw.ToArray()));

    private static (bool Opened, long Allocated) Measure(string path)
    {
        bool opened = true;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            GgufFile.Open(path).Dispose();
        }
        catch (GgufException)
        {
            opened = false;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, new FileInfo(path).Length + Allowance);
        return (opened, allocated);
    }
}
