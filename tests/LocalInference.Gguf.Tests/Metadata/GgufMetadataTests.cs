namespace LocalInference.Gguf.Tests.Metadata;

public sealed class GgufMetadataTests
{
    [Fact]
    public void The_builder_keeps_order_and_replaces_in_place()
    {
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("a", 1u)
            .Set("b", "two")
            .Set("c", true)
            .Set("a", 2.5f)
            .Remove("b")
            .Remove("never there")
            .Build();

        Assert.Equal(["a", "c"], metadata.Select(static pair => pair.Key), StringComparer.Ordinal);
        Assert.True(metadata.TryGetSingle("a", out float value));
        Assert.Equal(2.5f, value);
        Assert.Equal(2, metadata.Count);
        Assert.Empty(GgufMetadata.Empty);
    }

    [Fact]
    public void Changing_a_builder_leaves_what_it_built_alone()
    {
        GgufMetadata first = new GgufMetadataBuilder().Set("a", 1).Build();
        GgufMetadata second = first.ToBuilder().Set("a", 2).Build();

        Assert.Equal(GgufValue.From(1), first["a"]);
        Assert.Equal(GgufValue.From(2), second["a"]);
    }

    [Fact]
    public void Integers_are_converted_where_they_fit()
    {
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("byte", GgufValue.From((byte)7))
            .Set("wide", GgufValue.From(5_000_000_000UL))
            .Set("negative", -1)
            .Set("text", "1")
            .Build();

        Assert.Equal(7u, metadata.GetUInt32("byte"));
        Assert.False(metadata.TryGetUInt32("wide", out _));
        Assert.True(metadata.TryGetInt64("wide", out long wide));
        Assert.Equal(5_000_000_000, wide);
        Assert.False(metadata.TryGetUInt64("negative", out _));
        Assert.True(metadata.TryGetInt64("negative", out long negative));
        Assert.Equal(-1, negative);
        Assert.False(metadata.TryGetUInt32("text", out _));
        Assert.False(metadata.TryGetUInt32("absent", out _));
    }

    [Fact]
    public void Missing_keys_and_wrong_types_say_what_and_which()
    {
        GgufMetadata metadata = new GgufMetadataBuilder().Set("text", "1").Set("flag", true).Build();

        GgufException missing = Assert.Throws<GgufException>(() => metadata.GetString("general.name"));
        Assert.Equal("general.name", missing.Value);
        GgufException wrong = Assert.Throws<GgufException>(() => metadata.GetUInt32("text"));
        Assert.Equal("String", wrong.Value);
        Assert.Contains("'text'", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<GgufException>(() => metadata.GetArray("text"));
        Assert.True(metadata.TryGetBoolean("flag", out bool flag) && flag);
        Assert.False(metadata.TryGetArray("flag", out GgufArray none));
        Assert.Empty(none);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public void Keys_that_cannot_be_stored_are_refused(string key) =>
        Assert.Throws<GgufException>(() => new GgufMetadataBuilder().Set(key, 1u));

    [Fact]
    public void Keys_have_a_longest_size_in_bytes()
    {
        GgufMetadataBuilder builder = new();
        builder.Set(new string('k', 65_535), 1u);

        GgufException error = Assert.Throws<GgufException>(() => builder.Set(new string('ä', 32_768), 1u));
        Assert.Equal("65536", error.Value);
        Assert.Equal("65535", error.Limit);
    }
}
