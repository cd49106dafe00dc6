namespace LocalInference.Gguf.Tests.Metadata;

public sealed class GgufArrayTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1000)]
    public void Strings_are_found_at_any_place(int count)
    {
        Random random = new(count);
        string[] strings = [.. Enumerable.Range(0, count).Select(_ => new string('ä', random.Next(0, 9)) + random.Next())];

        GgufArray array = GgufArray.FromStrings(strings);

        Assert.Equal(GgufValueType.String, array.ElementType);
        Assert.Equal(count, array.Count);
        for (int i = count - 1; i >= 0; i--)
        {
            Assert.Equal(strings[i], array.GetString(i));
        }

        Assert.Equal(strings, array.Select(static value => value.AsString()), StringComparer.Ordinal);
    }

    [Fact]
    public void Numbers_are_seen_without_a_copy()
    {
        GgufArray array = GgufArray.From<short>([1, -2, 3]);

        Assert.Equal([1, -2, 3], array.AsSpan<short>().ToArray());
        Assert.Equal(GgufValue.From((short)-2), array[1]);
        Assert.Throws<InvalidOperationException>(() => array.AsSpan<ushort>().Length);
        Assert.Throws<InvalidOperationException>(() => array.GetUtf8(0).Length);
    }

    [Fact]
    public void Booleans_are_bytes()
    {
        GgufArray array = GgufArray.From<bool>([true, false]);

        Assert.Equal(GgufValueType.Boolean, array.ElementType);
        Assert.Equal([1, 0], array.AsSpan<byte>().ToArray());
        Assert.True(array[0].TryGetBoolean(out bool first) && first);
        Assert.Throws<InvalidOperationException>(() => array.AsSpan<bool>().Length);
    }

    [Fact]
    public void Every_number_type_has_its_element_type()
    {
        Assert.Equal(GgufValueType.UInt8, GgufArray.From<byte>([1]).ElementType);
        Assert.Equal(GgufValueType.Int8, GgufArray.From<sbyte>([1]).ElementType);
        Assert.Equal(GgufValueType.UInt16, GgufArray.From<ushort>([1]).ElementType);
        Assert.Equal(GgufValueType.UInt32, GgufArray.From<uint>([1]).ElementType);
        Assert.Equal(GgufValueType.Int32, GgufArray.From<int>([1]).ElementType);
        Assert.Equal(GgufValueType.UInt64, GgufArray.From<ulong>([1]).ElementType);
        Assert.Equal(GgufValueType.Int64, GgufArray.From<long>([1]).ElementType);
        Assert.Equal(GgufValueType.Float32, GgufArray.From<float>([1]).ElementType);
        Assert.Equal(GgufValueType.Float64, GgufArray.From<double>([1]).ElementType);
        Assert.Throws<ArgumentException>(() => GgufArray.From<char>(['a']));
        Assert.Throws<ArgumentException>(() => GgufArray.From<decimal>([1]));
    }

    [Fact]
    public void Arrays_can_hold_arrays()
    {
        GgufArray strings = GgufArray.FromStrings(["a", "bc"]);
        GgufArray nested = GgufArray.FromArrays([GgufArray.From<int>([1, 2, 3]), strings, GgufArray.FromArrays([strings, strings])]);

        Assert.Equal(3, nested.Count);
        Assert.Equal([1, 2, 3], nested[0].AsArray().AsSpan<int>().ToArray());
        Assert.Equal(strings, nested[1].AsArray());
        Assert.Equal("bc", nested[2].AsArray()[1].AsArray().GetString(1));
    }

    [Fact]
    public void Nesting_has_a_limit()
    {
        GgufArray array = GgufArray.From<int>([1]);
        for (int depth = 2; depth <= 4; depth++)
        {
            array = GgufArray.FromArrays([array]);
        }

        GgufException error = Assert.Throws<GgufException>(() => GgufArray.FromArrays([array]));
        Assert.Equal("4", error.Limit);
    }

    [Fact]
    public void Places_outside_are_refused()
    {
        GgufArray array = GgufArray.FromStrings(["a"]);

        Assert.Throws<ArgumentOutOfRangeException>(() => array[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.GetString(-1));
    }
}
