using LocalInference.TestModels;

namespace LocalInference.Gguf.Tests.Reading;

public sealed class KnownAnswerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_file_put_together_by_hand_is_read(uint version)
    {
        RawGguf raw = new(tensors: 2, pairs: 4, version);
        raw.Key("general.architecture", GgufValueType.String).String("llama");
        raw.Key("llama.block_count", GgufValueType.UInt32).UInt32(7);
        raw.Key("odd", GgufValueType.Boolean).Bytes(2);
        raw.Key("list", GgufValueType.Array).UInt32((uint)GgufValueType.String).UInt64(2).String("a").String("ß");
        raw.Tensor("first", [3], 0, 0).Tensor("second", [32, 2], 8, 32);
        raw.PadTo(32);
        long dataOffset = raw.Position;
        raw.Bytes(0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64).PadTo(32).Bytes([.. Enumerable.Range(0, 68).Select(static i => (byte)i)]);

        using GgufFile file = GgufFile.Open(_folder.Write("hand.gguf", raw.ToArray()));

        Assert.Equal(version, file.Version);
        Assert.Equal(32u, file.Alignment);
        Assert.Equal(dataOffset, file.DataOffset);
        Assert.Equal(raw.Position, file.FileLength);
        Assert.Equal(["general.architecture", "llama.block_count", "odd", "list"], file.Metadata.Select(static pair => pair.Key), StringComparer.Ordinal);
        Assert.Equal("llama", file.Metadata.GetString("general.architecture"));
        Assert.Equal(7u, file.Metadata.GetUInt32("llama.block_count"));
        Assert.True(file.Metadata.TryGetBoolean("odd", out bool odd) && odd);
        Assert.Equal("ß", file.Metadata.GetArray("list").GetString(1));
        GgufTensorInfo second = file.Tensors[1];
        Assert.Equal(("second", GgufTensorType.Q8_0, 64L, 68L), (second.Name, second.Type, second.ElementCount, second.ByteLength));
        Assert.Equal(new long[] { 32, 2 }, second.Dimensions);
        Assert.Equal((32, dataOffset + 32), (second.Offset, second.FileOffset));
        Assert.Equal([1f, 2f, 3f], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(file.GetTensorData(file.Tensors[0])).ToArray());
        Assert.Equal(67, file.GetTensorData(second)[^1]);
    }

    [Fact]
    public void The_writer_writes_what_the_format_says()
    {
        RawGguf raw = new(tensors: 1, pairs: 3);
        raw.Key("general.alignment", GgufValueType.UInt32).UInt32(64);
        raw.Key("n", GgufValueType.Int16).Bytes(0xFE, 0xFF);
        raw.Key("a", GgufValueType.Array).UInt32((uint)GgufValueType.Float32).UInt64(1).UInt32(0x3F800000);
        raw.Tensor("t", [2, 1], 0, 0).PadTo(64).Bytes(1, 2, 3, 4, 5, 6, 7, 8).PadTo(64);
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("general.alignment", 64u)
            .Set("n", GgufValue.From((short)-2))
            .Set("a", GgufArray.From<float>([1f]))
            .Build();
        using MemoryStream stream = new();

        using (GgufWriter writer = GgufWriter.Create(stream, metadata, [new("t", GgufTensorType.F32, 2, 1)]))
        {
            writer.Write([1, 2, 3, 4, 5, 6, 7, 8]);
            writer.Complete();
        }

        Assert.Equal(raw.ToArray(), stream.ToArray());
    }

    [StoriesFact]
    public void A_trained_model_is_described()
    {
        using GgufFile file = GgufFile.Open(TrainedModel.Path!);
        GgufModelDescription description = file.Describe();

        Assert.Equal("llama", description.Architecture);
        Assert.Equal(292_800, description.ParameterCount);
        Assert.Equal((64, 5, 8, 4, 172, 512), (description.EmbeddingLength, description.BlockCount, description.HeadCount, description.KeyValueHeadCount, description.FeedForwardLength, description.ContextLength));
        Assert.Equal(512, description.VocabularySize);
        Assert.Equal("▁do", file.Metadata.GetArray("tokenizer.ggml.tokens").GetString(400));
        Assert.Equal(48, description.TensorTypes.Single().Tensors);
    }

    public void Dispose() => _folder.Dispose();
}
