using System.Buffers.Binary;
using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Tests.Conversion;

public sealed class SafetensorsTests : ConversionTest
{
    [Fact]
    public void What_is_written_is_read()
    {
        SafetensorsWriter.Write(At("a"), [("one", [2, 3], [1, 2, 3, 4, 5, 6]), ("none", [0, 5], []), ("scalar", [], [7])]);

        using SafetensorsFile file = SafetensorsFile.Open(At("a"));
        Assert.Equal("none one scalar", string.Join(' ', file.Tensors.Keys.Order(StringComparer.Ordinal)));
        Assert.Equal([2, 3], file.Tensors["one"].Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.ReadAll(file.Tensors["one"]));
        Assert.Equal([7], file.ReadAll(file.Tensors["scalar"]));
        float[] part = new float[2];
        file.Read(file.Tensors["one"], 3, part);
        Assert.Equal([4, 5], part);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(file.Tensors["one"], 5, new float[2]));
    }

    [Fact]
    public void Halves_of_both_kinds_are_widened_without_loss()
    {
        byte[] data = new byte[8];
        BinaryPrimitives.WriteHalfLittleEndian(data, (Half)(-1.5f));
        BinaryPrimitives.WriteHalfLittleEndian(data.AsSpan(2), Half.Epsilon);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(4), 0x3FC0);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(6), 0xFF7F);
        Write("""{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]}}""", data);

        using SafetensorsFile file = SafetensorsFile.Open(At("a"));
        Assert.Equal([-1.5f, (float)Half.Epsilon], file.ReadAll(file.Tensors["h"]));
        Assert.Equal([1.5f, -3.3895314e38f], file.ReadAll(file.Tensors["b"]));
    }

    [Fact]
    public void Another_type_is_an_error_only_when_it_is_read()
    {
        Write("""{"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);

        using SafetensorsFile file = SafetensorsFile.Open(At("a"));
        ConversionException refused = Assert.Throws<ConversionException>(() => file.Read(file.Tensors["i"], 0, new float[1]));
        Assert.Equal("I64", refused.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""")]
    public void A_malformed_header_is_refused(string header)
    {
        Write(header, new byte[8]);

        Assert.Throws<ConversionException>(() => SafetensorsFile.Open(At("a")));
    }

    [Fact]
    public void A_header_that_is_longer_than_the_file_or_the_limit_is_refused_before_it_is_read()
    {
        foreach (ulong length in new ulong[] { 9, 100_000_001, ulong.MaxValue, 1UL << 63 })
        {
            byte[] file = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(file, length);
            File.WriteAllBytes(At("a"), file);
            Assert.Throws<ConversionException>(() => SafetensorsFile.Open(At("a")));
        }
    }

    [Fact]
    public void Damaged_files_are_refused_or_read_and_nothing_else()
    {
        SafetensorsWriter.Write(At("whole"), [("one", [2, 3], [1, 2, 3, 4, 5, 6]), ("two", [4], [1, 2, 3, 4])]);
        byte[] whole = File.ReadAllBytes(At("whole"));
        var random = new Random(4);
        for (int round = 0; round < 500; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = 0; i < 1 + (round % 3); i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(At("a"), round % 5 == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(At("a"));
                Assert.All(file.Tensors.Values.Where(static tensor => tensor.Type is not null), tensor => file.ReadAll(tensor));
            }
            catch (ConversionException)
            {
                // That is what should happen to most of them.
            }
        }
    }

    private void Write(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        File.WriteAllBytes(At("a"), [.. prefix, .. json, .. data]);
    }
}
