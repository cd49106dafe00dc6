using System.Text;

namespace LocalInference.Text.Tests.Streaming;

public sealed class Utf8TextDecoderTests
{
    [Fact]
    public void A_character_comes_with_its_last_byte()
    {
        var decoder = new Utf8TextDecoder();
        byte[] bytes = Encoding.UTF8.GetBytes("ñ你😀");

        string[] pieces = [.. bytes.Select(value => decoder.Append([value]))];

        Assert.Equal(["", "ñ", "", "", "你", "", "", "", "😀"], pieces);
        Assert.Equal("", decoder.Finish([]));
    }

    [Fact]
    public void Any_bytes_give_the_same_text_however_they_are_cut()
    {
        var random = new Random(4);
        for (int round = 0; round < 2000; round++)
        {
            // Mostly lead and continuation bytes, so that right and wrong sequences both come up.
            byte[] bytes = [.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => random.Next(4) == 0 ? (byte)random.Next(256) : (byte)random.Next(0x80, 0xF5))];
            var decoder = new Utf8TextDecoder();
            var text = new StringBuilder();
            int start = 0;
            while (start < bytes.Length)
            {
                int length = Math.Min(random.Next(0, 4), bytes.Length - start);
                text.Append(decoder.Append(bytes.AsSpan(start, length)));
                start += length;
            }

            text.Append(decoder.Finish([]));
            Assert.Equal(Encoding.UTF8.GetString(bytes), text.ToString());
        }
    }

    [Fact]
    public void It_is_used_again_after_its_end()
    {
        var decoder = new Utf8TextDecoder();

        Assert.Equal("\uFFFD", decoder.Finish([0xF0, 0x9F]));
        Assert.Equal("a", decoder.Append("a"u8));
    }
}
