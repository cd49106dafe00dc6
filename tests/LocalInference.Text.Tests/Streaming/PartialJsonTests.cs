namespace LocalInference.Text.Tests.Streaming;

public sealed class PartialJsonTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData(" \n", null)]
    [InlineData("-", null)]
    [InlineData("-1.", "-1")]
    [InlineData("1.5e", "1.5")]
    [InlineData("1.5e-", "1.5")]
    [InlineData("1.5e-3", "1.5e-3")]
    [InlineData("[", "[]")]
    [InlineData("[1", "[1]")]
    [InlineData("[1,", "[1]")]
    [InlineData("[1, -", "[1]")]
    [InlineData("[[], {", "[[], {}]")]
    [InlineData("t", "true")]
    [InlineData("[fal", "[false]")]
    [InlineData("nul", "null")]
    [InlineData("\"", "\"\"")]
    [InlineData("\"a", "\"a\"")]
    [InlineData("\"a\\", "\"a\"")]
    [InlineData("\"a\\n", "\"a\\n\"")]
    [InlineData("\"a\\u00e", "\"a\"")]
    [InlineData("\"a\\u00e9", "\"a\\u00e9\"")]
    [InlineData("\"a\\ud83d", "\"a\"")]
    [InlineData("\"a\\ud83d\\ude0", "\"a\"")]
    [InlineData("\"a\\ud83d\\ude00", "\"a\\ud83d\\ude00\"")]
    [InlineData("\"a\\ud83d!", "\"a\\ud83d!\"")]
    [InlineData("\"a\\ud83d\\n", "\"a\\ud83d\\n\"")]
    [InlineData("{", "{}")]
    [InlineData("{\"a", "{}")]
    [InlineData("{\"a\"", "{}")]
    [InlineData("{\"a\": ", "{}")]
    [InlineData("{\"a\": n", "{\"a\": null}")]
    [InlineData("{\"a\": [{\"b\": \"c", "{\"a\": [{\"b\": \"c\"}]}")]
    [InlineData("{\"a\": 1, ", "{\"a\": 1}")]
    [InlineData("{\"a\": 1, \"b", "{\"a\": 1}")]
    [InlineData("  [1]  ", "  [1]")]
    public void The_value_is_the_best_that_the_beginning_stands_for(string beginning, string? value)
    {
        var reader = new PartialJson();

        Assert.True(reader.Append(beginning));

        Assert.Equal(value, reader.ToJson());
        Assert.Equal(value is not null, reader.HasValue);
        Assert.Equal(beginning.Length, reader.Length);
    }

    [Fact]
    public void A_half_surrogate_waits_for_the_other()
    {
        var reader = new PartialJson();

        Assert.True(reader.Append("\"a\uD83D"));
        Assert.Equal("\"a\"", reader.ToJson());
        Assert.True(reader.Append("\uDE00"));
        Assert.Equal("\"a😀\"", reader.ToJson());
    }

    [Fact]
    public void Half_a_surrogate_pair_alone_is_refused()
    {
        foreach (string text in new[] { "\"a\uDE00", "\"a\uD83Dx", "\"a\uD83D\"", "\"a\uD83D\\n", "\"a\uD83D\uD83D", "\"a\\ud83d\uDE00" })
        {
            var reader = new PartialJson();

            Assert.False(reader.Append(text));
            Assert.Equal("\"a\"", reader.ToJson());
        }
    }

    [Theory]
    [InlineData("[1]]", 3, "[1]")]
    [InlineData("[1}", 2, "[1]")]
    [InlineData("[,", 1, "[]")]
    [InlineData("[1,]", 3, "[1]")]
    [InlineData("{1", 1, "{}")]
    [InlineData("{\"a\":1,}", 7, "{\"a\":1}")]
    [InlineData("{\"a\",", 4, "{}")]
    [InlineData("01", 1, "0")]
    [InlineData("1.x", 2, "1")]
    [InlineData("--", 1, null)]
    [InlineData("trx", 2, "true")]
    [InlineData("\"a\nb\"", 2, "\"a\"")]
    [InlineData("\"a\\x", 3, "\"a\"")]
    [InlineData("\"a\\u00g", 6, "\"a\"")]
    [InlineData("Sure: {}", 0, null)]
    [InlineData("{\"a\": 'b'}", 6, "{}")]
    public void What_is_no_json_is_refused_and_the_value_stays(string text, int taken, string? value)
    {
        var reader = new PartialJson();

        Assert.False(reader.Append(text));

        Assert.Equal(PartialJsonState.Invalid, reader.State);
        Assert.Equal(taken, reader.Length);
        Assert.Equal(value, reader.ToJson());
        Assert.False(reader.Append(" "));
        Assert.Equal(taken, reader.Length);
    }

    [Theory]
    [InlineData("[1", PartialJsonState.Incomplete)]
    [InlineData("12", PartialJsonState.Incomplete)]
    [InlineData("12 ", PartialJsonState.Complete)]
    [InlineData("tru", PartialJsonState.Incomplete)]
    [InlineData("true", PartialJsonState.Complete)]
    [InlineData("{}", PartialJsonState.Complete)]
    [InlineData("\"a\" \n", PartialJsonState.Complete)]
    public void It_knows_when_the_value_is_whole(string text, PartialJsonState state)
    {
        var reader = new PartialJson();

        Assert.True(reader.Append(text));

        Assert.Equal(state, reader.State);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var usual = new PartialJson();
        Assert.False(usual.Append(new string('[', 1_000_000)));
        Assert.Equal(64, usual.Length);
        Assert.Equal(new string('[', 64) + new string(']', 64), usual.ToJson());

        var two = new PartialJson(2);
        Assert.False(two.Append("{\"a\": [1, [2]]}"));
        Assert.Equal("{\"a\": [1]}", two.ToJson());

        var none = new PartialJson(0);
        Assert.True(none.Append("12"));
        Assert.False(new PartialJson(0).Append("[]"));
    }

    [Fact]
    public void The_kept_text_and_its_closing_are_the_value()
    {
        const string Text = "{\"a\": [\"b\\n";
        var reader = new PartialJson();
        reader.Append(Text + "\\");

        Assert.Equal(Text, Text[..reader.KeptLength]);
        Assert.Equal("\"]}", reader.Closing);
    }
}
