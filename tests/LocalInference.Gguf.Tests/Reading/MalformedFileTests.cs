using System.Text;

namespace LocalInference.Gguf.Tests.Reading;

public sealed class MalformedFileTests : IDisposable
{
    private const string Damaged = "Download or convert the model again; the file is damaged or incomplete.";

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(23)]
    public void A_file_without_a_whole_header_is_refused(int length) =>
        Refuse(new RawGguf(0, 0).ToArray()[..length], offset: length < 4 ? 0 : length / 8 * 8 - (length < 8 ? -4 : 0));

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1", "git lfs pull")]
    [InlineData("<!DOCTYPE html><html></html>", "web page")]
    [InlineData("<html><body></body></html>", "web page")]
    [InlineData("tjgg and so on, and so on", "before GGUF")]
    [InlineData("something else altogether", ".gguf")]
    public void What_is_not_gguf_is_named(string content, string hint)
    {
        GgufException error = Refuse(Encoding.ASCII.GetBytes(content), offset: 0);
        Assert.Contains(hint, error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(4u)]
    [InlineData(uint.MaxValue)]
    public void Other_versions_are_refused(uint version)
    {
        GgufException error = Refuse(new RawGguf(0, 0, version).ToArray(), offset: 4);
        Assert.Equal("2 or 3", error.Limit);
    }

    [Fact]
    public void Big_endian_files_are_refused_as_such()
    {
        GgufException error = Refuse(new RawGguf(0, 0, version: 0x0300_0000).ToArray(), offset: 4);
        Assert.Contains("big-endian", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(65_537UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void Counts_that_the_file_cannot_hold_are_refused(ulong count)
    {
        Refuse(new RawGguf(tensors: count, pairs: 0).ToArray(), offset: 8);
        Refuse(new RawGguf(tensors: 0, pairs: count).ToArray(), offset: 16);
    }

    [Theory]
    [InlineData(65_536UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void Absurd_key_lengths_are_refused(ulong length) =>
        Refuse(new RawGguf(0, 1).UInt64(length).Bytes(new byte[100]).ToArray(), offset: 24);

    [Fact]
    public void Keys_that_are_no_names_are_refused()
    {
        Refuse(new RawGguf(0, 1).Key(string.Empty, GgufValueType.UInt8).Bytes(1, 2, 3).ToArray(), offset: 24);
        Refuse(new RawGguf(0, 1).Key("a\0b", GgufValueType.UInt8).Bytes(1).ToArray(), offset: 24);
        Refuse(new RawGguf(0, 1).String([0x61, 0xC3]).UInt32(0).Bytes(1).ToArray(), offset: 24);
    }

    [Fact]
    public void A_key_twice_is_refused()
    {
        RawGguf raw = new RawGguf(0, 2).Key("a.b", GgufValueType.UInt8).Bytes(1);
        long second = raw.Position;

        GgufException error = Refuse(raw.Key("a.b", GgufValueType.UInt32).UInt32(1).ToArray(), second);
        Assert.Equal("a.b", error.Value);
    }

    [Theory]
    [InlineData(13u)]
    [InlineData(uint.MaxValue)]
    public void Unknown_value_types_are_refused(uint type)
    {
        Refuse(new RawGguf(0, 1).String("key").UInt32(type).UInt64(0).ToArray(), offset: 35);
        Refuse(new RawGguf(0, 1).Key("key", GgufValueType.Array).UInt32(type).UInt64(0).ToArray(), offset: 39);
    }

    [Theory]
    [InlineData(GgufValueType.UInt8, 33UL)]
    [InlineData(GgufValueType.Float64, 5UL)]
    [InlineData(GgufValueType.String, 5UL)]
    [InlineData(GgufValueType.Array, 3UL)]
    [InlineData(GgufValueType.Float64, (1UL << 61) + 1)]
    [InlineData(GgufValueType.String, 1UL << 63)]
    [InlineData(GgufValueType.UInt8, ulong.MaxValue)]
    public void Arrays_longer_than_the_file_are_refused(GgufValueType type, ulong count)
    {
        RawGguf raw = new RawGguf(0, 1).Key("key", GgufValueType.Array).UInt32((uint)type);
        GgufException error = Refuse(raw.UInt64(count).Bytes(new byte[32]).ToArray(), offset: 43);
        Assert.Equal(count.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Value);
    }

    [Theory]
    [InlineData(9UL)]
    [InlineData(1UL << 31)]
    [InlineData(ulong.MaxValue)]
    public void Strings_longer_than_the_file_are_refused(ulong length) =>
        Refuse(new RawGguf(0, 1).Key("key", GgufValueType.String).UInt64(length).Bytes(new byte[8]).ToArray(), offset: 39);

    [Theory]
    [InlineData(5)]
    [InlineData(100_000)]
    public void Arrays_nested_too_deeply_are_refused(int depth)
    {
        RawGguf raw = new RawGguf(0, 1).Key("key", GgufValueType.Array);
        for (int i = 1; i < depth; i++)
        {
            raw.UInt32((uint)GgufValueType.Array).UInt64(1);
        }

        GgufException error = Refuse(raw.UInt32((uint)GgufValueType.UInt8).UInt64(0).ToArray(), offset: 39 + (4 * 12));
        Assert.Equal("4", error.Limit);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void Alignments_that_are_no_power_of_two_are_refused(uint alignment) =>
        Refuse(new RawGguf(0, 1).Key("general.alignment", GgufValueType.UInt32).UInt32(alignment).ToArray());

    [Fact]
    public void An_alignment_of_another_type_is_refused()
    {
        GgufException error = Refuse(new RawGguf(0, 1).Key("general.alignment", GgufValueType.UInt64).UInt64(32).ToArray());
        Assert.Equal(("UInt64", "UInt32"), (error.Value, error.Limit));
    }

    [Theory]
    [InlineData(new ulong[] { 1, 1, 1, 1, 1 }, 0u)]
    [InlineData(new ulong[] { 1UL << 63 }, 0u)]
    [InlineData(new ulong[] { 1UL << 32, 1UL << 32 }, 0u)]
    [InlineData(new ulong[] { 1UL << 62, 4 }, 24u)]
    [InlineData(new ulong[] { 33 }, 8u)]
    [InlineData(new ulong[] { 32 }, 4u)]
    [InlineData(new ulong[] { 32 }, 43u)]
    [InlineData(new ulong[] { 32 }, uint.MaxValue)]
    [InlineData(new ulong[] { 9 }, 0u)]
    public void Tensors_that_cannot_be_are_refused(ulong[] dimensions, uint type)
    {
        byte[] file = new RawGguf(1, 0).Tensor("w", dimensions, type, 0).PadTo(32).Bytes(new byte[32]).ToArray();
        GgufException error = Refuse(file);
        Assert.NotNull(error.Value);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(16UL)]
    [InlineData(33UL)]
    [InlineData(64UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void Tensors_that_overlap_or_leave_gaps_are_refused(ulong offset)
    {
        RawGguf raw = new RawGguf(2, 0).Tensor("a", [8], 0, 0);
        long second = raw.Position;

        GgufException error = Refuse(raw.Tensor("b", [8], 0, offset).PadTo(32).Bytes(new byte[128]).ToArray(), second);
        Assert.Equal("32", error.Limit);
    }

    [Fact]
    public void A_tensor_that_ends_one_byte_behind_the_file_is_refused()
    {
        byte[] file = new RawGguf(1, 0).Tensor("a", [8], 0, 0).PadTo(32).Bytes(new byte[32]).ToArray();
        GgufFile.Open(_folder.Write("whole.gguf", file)).Dispose();

        GgufException error = Refuse(file[..^1], offset: 24);
        Assert.Equal(("32", "31"), (error.Value, error.Limit));
    }

    [Fact]
    public void Tensor_names_that_are_no_names_are_refused()
    {
        foreach (string name in (string[])[string.Empty, "a\0b", new string('n', 64)])
        {
            Refuse(new RawGguf(1, 0).Tensor(name, [1], 0, 0).PadTo(32).Bytes(new byte[32]).ToArray(), offset: 24);
        }
    }

    [Fact]
    public void A_tensor_twice_is_refused()
    {
        GgufException error = Refuse(new RawGguf(2, 0).Tensor("a", [8], 0, 0).Tensor("a", [8], 0, 32).PadTo(32).Bytes(new byte[64]).ToArray());
        Assert.Equal("a", error.Value);
    }

    [Fact]
    public void A_message_is_safe_to_print()
    {
        string key = "\u001b[31m" + new string('k', 1000);
        GgufException error = Refuse(new RawGguf(0, 2).Key(key, GgufValueType.UInt8).Bytes(1).Key(key, GgufValueType.UInt8).Bytes(1).ToArray());

        Assert.DoesNotContain('\u001b', error.Message);
        Assert.InRange(error.Message.Length, 1, 400);
        Assert.EndsWith(Damaged, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_io_error() =>
        Assert.Throws<FileNotFoundException>(() => GgufFile.Open(_folder["none.gguf"]));

    public void Dispose() => _folder.Dispose();

    private GgufException Refuse(byte[] content, long? offset = null)
    {
        string path = _folder.Write("bad.gguf", content);
        GgufException error = Assert.Throws<GgufException>(() => GgufFile.Open(path));
        Assert.Equal(path, error.Path);
        Assert.NotNull(error.ByteOffset);
        Assert.NotEmpty(error.NextStep);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        if (offset is { } expected)
        {
            Assert.Equal(expected, error.ByteOffset);
        }

        return error;
    }
}
