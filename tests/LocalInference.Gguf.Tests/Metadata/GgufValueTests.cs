using System.Globalization;

namespace LocalInference.Gguf.Tests.Metadata;

public sealed class GgufValueTests
{
    public static TheoryData<GgufValueType, string> EveryScalar => new()
    {
        { GgufValueType.UInt8, "255" },
        { GgufValueType.Int8, "-128" },
        { GgufValueType.UInt16, "65535" },
        { GgufValueType.Int16, "-32768" },
        { GgufValueType.UInt32, "4294967295" },
        { GgufValueType.Int32, "-2147483648" },
        { GgufValueType.UInt64, "18446744073709551615" },
        { GgufValueType.Int64, "-9223372036854775808" },
    };

    [Theory]
    [MemberData(nameof(EveryScalar))]
    public void Integers_keep_their_type_and_value(GgufValueType type, string text)
    {
        GgufValue value = Integer(type, text);

        Assert.Equal(type, value.Type);
        Assert.Equal(text, value.ToString());
        Int128 number = Int128.Parse(text, CultureInfo.InvariantCulture);
        Assert.Equal(number <= long.MaxValue, value.TryGetInt64(out long signed));
        Assert.True(number > long.MaxValue || signed == number);
        Assert.Equal(number >= 0, value.TryGetUInt64(out ulong unsigned));
        Assert.True(number < 0 || unsigned == (UInt128)number);
        Assert.False(value.TryGetDouble(out _));
        Assert.False(value.TryGetBoolean(out _));
        Assert.False(value.TryGetString(out _));
    }

    [Fact]
    public void Floats_keep_every_bit()
    {
        float signallingNaN = BitConverter.UInt32BitsToSingle(0x7FA00001);

        Assert.Equal(GgufValue.From(signallingNaN), GgufValue.From(signallingNaN));
        Assert.NotEqual(GgufValue.From(0.0), GgufValue.From(-0.0));
        Assert.True(GgufValue.From(1.5f).TryGetDouble(out double single));
        Assert.Equal(1.5, single);
        Assert.True(GgufValue.From(double.Epsilon).TryGetDouble(out double tiny));
        Assert.Equal(double.Epsilon, tiny);
        Assert.False(GgufValue.From(1f).TryGetInt64(out _));
    }

    [Fact]
    public void Equality_needs_the_same_type()
    {
        Assert.NotEqual(GgufValue.From(1), GgufValue.From(1u));
        Assert.True(GgufValue.From("a") == GgufValue.FromUtf8("a"u8.ToArray()));
        Assert.True(GgufValue.From("a") != GgufValue.From("b"));
        Assert.Equal(GgufValue.From("a").GetHashCode(), GgufValue.From("a").GetHashCode());
        Assert.Equal(GgufValue.From(GgufArray.From<int>([1, 2])), GgufValue.From(GgufArray.From<int>([1, 2])));
        Assert.NotEqual(GgufValue.From(GgufArray.From<int>([1, 2])), GgufValue.From(GgufArray.From<uint>([1, 2])));
    }

    [Fact]
    public void A_string_that_is_not_utf8_keeps_its_bytes()
    {
        GgufValue value = GgufValue.FromUtf8(new byte[] { 0x61, 0xFF, 0x62 });

        Assert.Equal("a\uFFFDb", value.AsString());
        Assert.Equal([0x61, 0xFF, 0x62], value.Utf8.ToArray());
    }

    [Fact]
    public void Asking_for_another_type_says_so()
    {
        Assert.Throws<InvalidOperationException>(() => GgufValue.From(1).AsString());
        Assert.Throws<InvalidOperationException>(() => GgufValue.From("1").AsArray());
    }

    private static GgufValue Integer(GgufValueType type, string text) => type switch
    {
        GgufValueType.UInt8 => GgufValue.From(byte.Parse(text, CultureInfo.InvariantCulture)),
        GgufValueType.Int8 => GgufValue.From(sbyte.Parse(text, CultureInfo.InvariantCulture)),
        GgufValueType.UInt16 => GgufValue.From(ushort.Parse(text, CultureInfo.InvariantCulture)),
        GgufValueType.Int16 => GgufValue.From(short.Parse(text, CultureInfo.InvariantCulture)),
        GgufValueType.UInt32 => GgufValue.From(uint.Parse(text, CultureInfo.InvariantCulture)),
        GgufValueType.Int32 => GgufValue.From(int.Parse(text, CultureInfo.InvariantCulture)),
        GgufValueType.UInt64 => GgufValue.From(ulong.Parse(text, CultureInfo.InvariantCulture)),
        _ => GgufValue.From(long.Parse(text, CultureInfo.InvariantCulture)),
    };
}
