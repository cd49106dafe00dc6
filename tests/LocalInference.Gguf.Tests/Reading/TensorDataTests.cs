namespace LocalInference.Gguf.Tests.Reading;

public sealed class TensorDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Data_above_two_gibibytes_is_reached()
    {
        // The file is sparse where the file system knows sparse files: almost nothing is written.
        const long Large = 2_200_000_000;
        RawGguf raw = new RawGguf(2, 0).Tensor("large", [Large], 24, 0).Tensor("last", [4], 24, (Large + 31) & ~31UL).PadTo(32);
        string path = _folder.Write("large.gguf", raw.ToArray());
        using (FileStream stream = new(path, FileMode.Open, FileAccess.Write))
        {
            stream.Position = raw.Position + ((Large + 31) & ~31L);
            stream.Write([1, 2, 3, 4]);
            stream.Position = raw.Position + Large - 1;
            stream.WriteByte(9);
        }

        using GgufFile file = GgufFile.Open(path);
        GgufTensorInfo large = file.FindTensor("large")!;
        GgufTensorInfo last = file.FindTensor("last")!;

        Assert.True(last.FileOffset > int.MaxValue);
        Assert.Equal([1, 2, 3, 4], file.GetTensorData(last).ToArray());
        Assert.Equal([0, 9], file.GetTensorData(large, Large - 2, 2).ToArray());
        byte[] copy = new byte[2];
        file.ReadTensorData(large, Large - 2, copy);
        Assert.Equal([0, 9], copy);
        GgufException error = Assert.Throws<GgufException>(() => file.GetTensorData(large).Length);
        Assert.Contains("slices", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_stay_within_their_tensor()
    {
        using GgufFile file = Open([1, 2, 3, 4]);
        GgufTensorInfo tensor = file.Tensors[0];

        Assert.Equal([3, 4], file.GetTensorData(tensor, 2, 2).ToArray());
        Assert.Equal(0, file.GetTensorData(tensor, 4, 0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetTensorData(tensor, 3, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetTensorData(tensor, -1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetTensorData(tensor, 0, -1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.GetTensorData(tensor, long.MaxValue, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadTensorData(tensor, 1, new byte[4]));
    }

    [Fact]
    public void A_tensor_of_another_file_is_refused()
    {
        using GgufFile one = Open([1, 2, 3, 4]);
        using GgufFile other = Open([5, 6, 7, 8]);

        Assert.Throws<ArgumentException>(() => one.GetTensorData(other.Tensors[0]).Length);
    }

    [Fact]
    public void A_closed_file_gives_nothing_but_its_metadata()
    {
        GgufFile file = Open([1, 2, 3, 4]);
        file.GetTensorData(file.Tensors[0]);
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.GetTensorData(file.Tensors[0]).Length);
        Assert.Throws<ObjectDisposedException>(() => file.ReadTensorData(file.Tensors[0], 0, new byte[1]));
        Assert.Equal("kept", file.Metadata.GetString("note"));
    }

    [Fact]
    public void A_file_that_became_shorter_is_an_error_for_copies()
    {
        using GgufFile file = Open([1, 2, 3, 4]);
        using (FileStream stream = new(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(file.DataOffset + 2);
        }

        GgufException error = Assert.Throws<GgufException>(() => file.ReadTensorData(file.Tensors[0], 0, new byte[4]));
        Assert.Equal(file.DataOffset + 2, error.ByteOffset);
    }

    [Fact]
    public void Many_threads_can_map_and_read_at_once()
    {
        byte[] data = [.. Enumerable.Range(0, 4096).Select(static i => (byte)i)];
        using GgufFile file = Open(data);
        GgufTensorInfo tensor = file.Tensors[0];

        Parallel.For(0, 64, _ =>
        {
            Assert.True(file.GetTensorData(tensor).SequenceEqual(data));
            byte[] copy = new byte[data.Length];
            file.ReadTensorData(tensor, 0, copy);
            Assert.Equal(data, copy);
        });
    }

    public void Dispose() => _folder.Dispose();

    private GgufFile Open(byte[] data)
    {
        string path = _folder[$"{Guid.NewGuid():n}.gguf"];
        GgufMetadata metadata = new GgufMetadataBuilder().Set("note", "kept").Build();
        using (GgufWriter writer = GgufWriter.Create(path, metadata, [new("t", GgufTensorType.I8, data.Length)]))
        {
            writer.Write(data);
            writer.Complete();
        }

        return GgufFile.Open(path);
    }
}
