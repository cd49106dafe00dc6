namespace LocalInference.Gguf.Tests.Writing;

public sealed class GgufWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_file_has_its_name_only_when_it_is_complete()
    {
        string path = _folder.Write("model.gguf", [1, 2, 3]);
        using (GgufWriter writer = GgufWriter.Create(path, GgufMetadata.Empty, [new("t", GgufTensorType.F32, 1)]))
        {
            writer.Write([0, 0, 0, 0]);
            Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
            writer.Complete();
            writer.Complete();
        }

        using GgufFile file = GgufFile.Open(path);
        Assert.Single(file.Tensors);
        Assert.Single(Directory.GetFiles(_folder.FullPath));
    }

    [Fact]
    public void A_file_that_was_given_up_leaves_nothing_behind()
    {
        string path = _folder.Write("model.gguf", [1, 2, 3]);
        GgufWriter writer = GgufWriter.Create(path, GgufMetadata.Empty, [new("t", GgufTensorType.F32, 1)]);

        writer.Dispose();
        writer.Dispose();

        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.FullPath));
        Assert.Throws<ObjectDisposedException>(() => writer.Write([0]));
        Assert.Throws<ObjectDisposedException>(writer.Complete);
    }

    [Fact]
    public void Data_has_to_be_there_and_to_fit()
    {
        using GgufWriter writer = GgufWriter.Create(Stream.Null, GgufMetadata.Empty, [new("a", GgufTensorType.I8, 3), new("none", GgufTensorType.F32, 0), new("b", GgufTensorType.I8, 1)]);

        Assert.Equal("a", writer.Current!.Name);
        writer.Write([1, 2]);
        Assert.Throws<InvalidOperationException>(() => writer.Write([3, 4]));
        InvalidOperationException missing = Assert.Throws<InvalidOperationException>(writer.Complete);
        Assert.Contains("1 bytes", missing.Message, StringComparison.Ordinal);
        writer.Write([3]);
        Assert.Equal("b", writer.Current!.Name);
        writer.Write([]);
        writer.Write([4]);
        Assert.Null(writer.Current);
        Assert.Throws<InvalidOperationException>(() => writer.Write([5]));
        writer.Complete();
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(48u)]
    [InlineData(1u << 21)]
    public void Alignments_without_use_are_refused(uint alignment)
    {
        GgufMetadata metadata = new GgufMetadataBuilder().Set("general.alignment", alignment).Build();

        Assert.Throws<GgufException>(() => GgufWriter.Create(_folder["model.gguf"], metadata, []));
        Assert.Empty(Directory.GetFiles(_folder.FullPath));
    }

    [Fact]
    public void An_alignment_of_another_type_is_refused() =>
        Assert.Throws<GgufException>(() => GgufWriter.Create(Stream.Null, new GgufMetadataBuilder().Set("general.alignment", 32).Build(), []));

    [Fact]
    public void Two_tensors_of_one_name_are_refused()
    {
        GgufException error = Assert.Throws<GgufException>(() => GgufWriter.Create(_folder["model.gguf"], GgufMetadata.Empty, [new("a", GgufTensorType.I8, 1), new("a", GgufTensorType.I8, 1)]));

        Assert.Equal("a", error.Value);
        Assert.Equal(_folder["model.gguf"], error.Path);
    }

    [Fact]
    public void More_tensors_than_the_reader_takes_are_refused()
    {
        GgufTensorDefinition[] tensors = [.. Enumerable.Range(0, 65_537).Select(static i => new GgufTensorDefinition($"{i}", GgufTensorType.I8, 1))];

        GgufException error = Assert.Throws<GgufException>(() => GgufWriter.Create(Stream.Null, GgufMetadata.Empty, tensors));
        Assert.Equal(("65537", "65536"), (error.Value, error.Limit));
    }

    [Fact]
    public void The_whole_model_is_never_in_memory()
    {
        const int Piece = 1024 * 1024;
        byte[] data = new byte[Piece];
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (GgufWriter writer = GgufWriter.Create(Stream.Null, GgufMetadata.Empty, [new("t", GgufTensorType.I8, 256, Piece)]))
        {
            for (int i = 0; i < 256; i++)
            {
                writer.Write(data);
            }

            writer.Complete();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    public void Dispose() => _folder.Dispose();
}
