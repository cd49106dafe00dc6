namespace LocalInference.Gguf.Tests.Writing;

/// <summary>What is written is read: on random files of every type, shape and alignment.</summary>
public sealed class RoundTripTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(0, 40)]
    [InlineData(40, 80)]
    public void Random_files_come_back_as_they_were(int firstSeed, int endSeed)
    {
        for (int seed = firstSeed; seed < endSeed; seed++)
        {
            Random random = new(seed);
            GgufMetadata metadata = RandomMetadata(random);
            GgufTensorDefinition[] tensors = [.. Enumerable.Range(0, random.Next(12)).Select(i => RandomTensor(random, i))];
            byte[][] data = [.. tensors.Select(tensor => RandomBytes(random, (int)tensor.ByteLength))];
            string path = _folder[$"{seed}.gguf"];

            Write(path, metadata, tensors, data, random);

            using GgufFile file = GgufFile.Open(path);
            Assert.Equal(metadata, file.Metadata);
            Assert.Equal(tensors.Select(static tensor => tensor.Name), file.Tensors.Select(static tensor => tensor.Name), StringComparer.Ordinal);
            for (int i = 0; i < tensors.Length; i++)
            {
                Assert.Equal(tensors[i].Type, file.Tensors[i].Type);
                Assert.Equal(tensors[i].Dimensions.AsEnumerable(), file.Tensors[i].Dimensions);
                Assert.Equal(0, file.Tensors[i].FileOffset % file.Alignment);
                Assert.True(file.GetTensorData(file.Tensors[i]).SequenceEqual(data[i]), $"seed {seed}, tensor {i}");
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void Write(string path, GgufMetadata metadata, GgufTensorDefinition[] tensors, byte[][] data, Random random)
    {
        using GgufWriter writer = GgufWriter.Create(path, metadata, tensors);
        foreach (byte[] bytes in data)
        {
            for (int start = 0; start < bytes.Length;)
            {
                int length = random.Next(1, bytes.Length - start + 1);
                writer.Write(bytes.AsSpan(start, length));
                start += length;
            }
        }

        Assert.Null(writer.Current);
        writer.Complete();
    }

    private static GgufMetadata RandomMetadata(Random random)
    {
        GgufMetadataBuilder builder = new();
        if (random.Next(2) == 0)
        {
            builder.Set("general.alignment", 1u << random.Next(13));
        }

        for (int i = random.Next(20); i > 0; i--)
        {
            builder.Set($"key.{random.Next()}.ü", RandomValue(random, depth: 0));
        }

        return builder.Build();
    }

    private static GgufValue RandomValue(Random random, int depth) => random.Next(depth < 3 ? 16 : 12) switch
    {
        0 => GgufValue.From((byte)random.Next()),
        1 => GgufValue.From((sbyte)random.Next()),
        2 => GgufValue.From((ushort)random.Next()),
        3 => GgufValue.From((short)random.Next()),
        4 => GgufValue.From((uint)random.NextInt64()),
        5 => GgufValue.From((int)random.NextInt64()),
        6 => GgufValue.From(BitConverter.Int32BitsToSingle((int)random.NextInt64())),
        7 => GgufValue.From(random.Next(2) == 0),
        8 => GgufValue.From((ulong)random.NextInt64(long.MinValue, long.MaxValue)),
        9 => GgufValue.From(random.NextInt64(long.MinValue, long.MaxValue)),
        10 => GgufValue.From(BitConverter.Int64BitsToDouble(random.NextInt64())),
        11 => GgufValue.FromUtf8(RandomBytes(random, random.Next(50))),
        12 => GgufValue.From(GgufArray.From<int>([.. Enumerable.Range(0, random.Next(100)).Select(_ => random.Next())])),
        13 => GgufValue.From(GgufArray.From<bool>([.. Enumerable.Range(0, random.Next(100)).Select(_ => random.Next(2) == 0)])),
        14 => GgufValue.From(GgufArray.FromUtf8(Enumerable.Range(0, random.Next(100)).Select(_ => (ReadOnlyMemory<byte>)RandomBytes(random, random.Next(9))))),
        _ => GgufValue.From(GgufArray.FromArrays(Enumerable.Range(0, random.Next(5)).Select(_ => RandomArray(random, depth + 1)))),
    };

    private static GgufArray RandomArray(Random random, int depth)
    {
        while (true)
        {
            GgufValue value = RandomValue(random, depth);
            if (value.Type == GgufValueType.Array)
            {
                return value.AsArray();
            }

            if (depth >= 3)
            {
                return GgufArray.From<double>([random.NextDouble()]);
            }
        }
    }

    private static GgufTensorDefinition RandomTensor(Random random, int number)
    {
        GgufTensorType[] types = Enum.GetValues<GgufTensorType>();
        GgufTensorType type = types[random.Next(types.Length)];
        long[] dimensions = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => (long)random.Next(random.Next(8) == 0 ? 0 : 1, 4))];
        dimensions[0] *= type.BlockSize;
        return new($"blk.{number}.wéight", type, dimensions);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
