using LocalInference.TestModels;

namespace LocalInference.Gguf.Tests.Splits;

public sealed class GgufSplitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Splitting_and_merging_gives_the_same_file()
    {
        string original = TestModel.WriteTo(_folder.FullPath, TestModelSpec.Llama);
        using GgufFile whole = GgufFile.Open(original);

        IReadOnlyList<string> paths = GgufSplit.Write(whole, _folder["part"], maximumDataBytes: 150_000);
        Assert.True(paths.Count > 3);
        using GgufFile split = GgufFile.Open(paths[0]);
        GgufSplit.Merge(split, _folder["merged.gguf"]);

        Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(_folder["merged.gguf"]));
    }

    [Fact]
    public void Any_part_opens_all_of_them()
    {
        using GgufFile whole = GgufFile.Open(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Qwen2));
        IReadOnlyList<string> paths = GgufSplit.Write(whole, _folder["part"], maximumDataBytes: 150_000);

        foreach (string path in paths)
        {
            using GgufFile split = GgufFile.Open(path);

            Assert.Equal(paths[0], split.Path);
            Assert.Equal(paths, split.Parts.Select(static part => part.Path), StringComparer.Ordinal);
            Assert.Equal(paths.Sum(static part => new FileInfo(part).Length), split.FileLength);
            Assert.Equal(whole.Describe().ParameterCount, split.Describe().ParameterCount);
            foreach (GgufTensorInfo tensor in whole.Tensors)
            {
                Assert.True(split.GetTensorData(split.FindTensor(tensor.Name)!).SequenceEqual(whole.GetTensorData(tensor)), tensor.Name);
            }
        }
    }

    [Fact]
    public void Parts_hold_what_fits_and_at_least_one_tensor()
    {
        using GgufFile whole = GgufFile.Open(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Llama));
        const long Most = 20_000;

        foreach (string path in GgufSplit.Write(whole, _folder["part"], Most))
        {
            using GgufFile part = GgufFile.OpenPart(path);
            Assert.NotEmpty(part.Tensors);
            Assert.True(part.Tensors.Length == 1 || part.Tensors.Sum(static tensor => tensor.ByteLength) <= Most);
            Assert.Equal(GgufValue.From(whole.Tensors.Length), part.Metadata["split.tensors.count"]);
        }
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        IReadOnlyList<string> paths = SplitOf(TestModelSpec.Llama, "part");
        File.Delete(paths[1]);

        GgufException error = Assert.Throws<GgufException>(() => GgufFile.Open(paths[0]));
        Assert.Equal(paths[1], error.Value);
        Assert.IsType<FileNotFoundException>(error.InnerException);
    }

    [Fact]
    public void A_renamed_part_is_refused()
    {
        IReadOnlyList<string> paths = SplitOf(TestModelSpec.Llama, "part");
        File.Move(paths[0], _folder["model.gguf"]);

        GgufException error = Assert.Throws<GgufException>(() => GgufFile.Open(_folder["model.gguf"]));
        Assert.Contains("-00001-of-", error.Limit, StringComparison.Ordinal);
        using GgufFile alone = GgufFile.OpenPart(_folder["model.gguf"]);
        Assert.NotEmpty(alone.Tensors);
    }

    [Fact]
    public void Parts_that_were_mixed_up_are_refused()
    {
        IReadOnlyList<string> paths = SplitOf(TestModelSpec.Llama, "part");
        File.Copy(paths[1], paths[2], overwrite: true);

        GgufException error = Assert.Throws<GgufException>(() => GgufFile.Open(paths[0]));
        Assert.Equal(("1", "2", paths[2]), (error.Value, error.Limit, error.Path));
    }

    [Fact]
    public void Parts_of_another_model_are_refused()
    {
        string[] names = [GgufSplit.PartPath(_folder["mixed"], 0, 2), GgufSplit.PartPath(_folder["mixed"], 1, 2)];
        WritePart(names[0], 0, ["a"]);
        WritePart(names[1], 1, ["a"]);
        Assert.Equal("a", Assert.Throws<GgufException>(() => GgufFile.Open(names[0])).Value);

        WritePart(names[1], 1, ["b", "c"]);
        Assert.Equal(("3", "2"), Assert.Throws<GgufException>(() => GgufFile.Open(names[0])) is { } error ? (error.Value, error.Limit) : default);
    }

    [Fact]
    public void A_split_number_of_another_type_is_refused()
    {
        string path = GgufSplit.PartPath(_folder["model"], 0, 2);
        GgufMetadata metadata = new GgufMetadataBuilder().Set("split.count", 2u).Set("split.no", 0u).Build();
        using (GgufWriter writer = GgufWriter.Create(path, metadata, []))
        {
            writer.Complete();
        }

        Assert.Equal(("UInt32", "UInt16"), Assert.Throws<GgufException>(() => GgufFile.Open(path)) is { } error ? (error.Value, error.Limit) : default);
    }

    [Fact]
    public void A_split_that_is_cancelled_leaves_no_parts()
    {
        using GgufFile whole = GgufFile.Open(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Llama));

        Assert.Throws<OperationCanceledException>(() => GgufSplit.Write(whole, _folder["part"], 150_000, new CancellationToken(canceled: true)));
        Assert.Single(Directory.GetFiles(_folder.FullPath));
    }

    [Theory]
    [InlineData("a-00001-of-00002.gguf", true, "a", 0, 2)]
    [InlineData("x/y-00001-of-00003-00003-of-00003.gguf", true, "x/y-00001-of-00003", 2, 3)]
    [InlineData("a-65535-of-65535.gguf", true, "a", 65_534, 65_535)]
    [InlineData("a-00000-of-00002.gguf", false, "", 0, 0)]
    [InlineData("a-00003-of-00002.gguf", false, "", 0, 0)]
    [InlineData("a-1-of-2.gguf", false, "", 0, 0)]
    [InlineData("a-00001-of-00002.bin", false, "", 0, 0)]
    [InlineData("a-00001-of-99999.gguf", false, "", 0, 0)]
    [InlineData("-00001-of-00002.gguf", false, "", 0, 0)]
    [InlineData("-of-.gguf", false, "", 0, 0)]
    [InlineData("-of-", false, "", 0, 0)]
    [InlineData("a.gguf", false, "", 0, 0)]
    [InlineData("", false, "", 0, 0)]
    public void Part_names_are_taken_apart(string path, bool isPart, string prefix, int number, int count)
    {
        Assert.Equal(isPart, GgufSplit.TryParsePartPath(path, out string foundPrefix, out int foundNumber, out int foundCount));
        Assert.Equal((prefix, number, count), (foundPrefix, foundNumber, foundCount));
        Assert.True(!isPart || string.Equals(path, GgufSplit.PartPath(prefix, number, count), StringComparison.Ordinal));
    }

    [Fact]
    public void Part_numbers_have_a_range()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufSplit.PartPath("a", 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufSplit.PartPath("a", -1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufSplit.PartPath("a", 0, 65_536));
    }

    [StoriesFact]
    public void A_trained_model_survives_splitting_and_merging()
    {
        using GgufFile whole = GgufFile.Open(TrainedModel.Path!);
        using GgufFile split = GgufFile.Open(GgufSplit.Write(whole, _folder["stories"], 100_000)[^1]);
        GgufSplit.Merge(split, _folder["stories.gguf"]);

        Assert.Equal(File.ReadAllBytes(whole.Path), File.ReadAllBytes(_folder["stories.gguf"]));
    }

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<string> SplitOf(TestModelSpec spec, string name)
    {
        using GgufFile whole = GgufFile.Open(TestModel.WriteTo(_folder.FullPath, spec));
        return GgufSplit.Write(whole, _folder[name], maximumDataBytes: 150_000);
    }

    private static void WritePart(string path, int number, string[] tensors)
    {
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("split.no", GgufValue.From((ushort)number))
            .Set("split.count", GgufValue.From((ushort)2))
            .Set("split.tensors.count", 2)
            .Build();
        using GgufWriter writer = GgufWriter.Create(path, metadata, [.. tensors.Select(static name => new GgufTensorDefinition(name, GgufTensorType.I8, 1))]);
        Array.ForEach(tensors, _ => writer.Write([1]));
        writer.Complete();
    }
}
