using System.Text;

namespace LocalInference.Text.Tests.Streaming;

public sealed class TextAssemblerTests
{
    private const string Alphabet = "aab ñ你😀\n";

    [Fact]
    public void Text_survives_being_cut_at_any_byte()
    {
        var random = new Random(1);
        for (int round = 0; round < 500; round++)
        {
            string text = RandomText(random, 40);
            var assembler = new TextAssembler(new StopSequences([]));
            var pieces = new List<string>();

            foreach (byte[] part in RandomParts(random, Encoding.UTF8.GetBytes(text)))
            {
                pieces.Add(assembler.Append(part));
            }

            Assert.Equal("", assembler.Finish());
            Assert.Equal(text, string.Concat(pieces));
            Assert.All(pieces, piece => Assert.DoesNotContain('\uFFFD', piece));
            Assert.All(pieces, piece => Assert.False(piece.Length > 0 && (char.IsLowSurrogate(piece[0]) || char.IsHighSurrogate(piece[^1]))));
        }
    }

    [Fact]
    public void Nothing_of_a_stop_sequence_is_ever_released()
    {
        var random = new Random(2);
        int stopped = 0;
        for (int round = 0; round < 2000; round++)
        {
            string text = RandomText(random, 30);
            string[] stops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomText(random, random.Next(1, 5))).Where(s => s.Length > 0)];
            if (stops.Length == 0)
            {
                continue;
            }

            // The sequence that is complete first ends the text; of several complete at once the longest.
            int end = Enumerable.Range(0, text.Length + 1).FirstOrDefault(i => stops.Any(s => text[..i].EndsWith(s, StringComparison.Ordinal)), -1);
            string expected = end < 0 ? text : text[..(end - stops.Where(s => text[..end].EndsWith(s, StringComparison.Ordinal)).Max(s => s.Length))];

            var assembler = new TextAssembler(new StopSequences(stops));
            var cursor = new StopCursor(new StopSequences(stops));
            var released = new StringBuilder();
            bool complete = false;
            foreach (byte[] part in RandomParts(random, Encoding.UTF8.GetBytes(text)))
            {
                released.Append(assembler.Append(part));
                Assert.StartsWith(released.ToString(), expected, StringComparison.Ordinal);
                if (complete = part.Any(cursor.Advance))
                {
                    break;
                }
            }

            released.Append(assembler.Finish());
            Assert.Equal(end >= 0, complete);
            Assert.Equal(expected, released.ToString());
            stopped += complete ? 1 : 0;
        }

        Assert.InRange(stopped, 200, 1900);
    }

    [Fact]
    public void A_stop_sequence_that_only_begins_is_text_in_the_end()
    {
        var assembler = new TextAssembler(new StopSequences(["END OF TEXT"]));

        Assert.Equal("one ", assembler.Append("one END"u8));
        Assert.Equal("", assembler.Append(" OF"u8));
        Assert.Equal("END OF x", assembler.Append(" x"u8));
        Assert.Equal("", assembler.Append("END OF "u8));
        Assert.Equal("END OF ", assembler.Finish());
    }

    [Fact]
    public void A_stop_sequence_is_found_across_tokens_and_inside_one()
    {
        var across = new TextAssembler(new StopSequences(["</s>"]));
        Assert.Equal("a", across.Append("a<"u8));
        Assert.Equal("", across.Append("/s"u8));
        Assert.Equal("", across.Append("> more"u8));
        Assert.Equal("", across.Finish());

        var inside = new TextAssembler(new StopSequences(["</s>"]));
        Assert.Equal("before", inside.Append("before</s>after"u8));
        Assert.Equal("", inside.Finish());
    }

    [Fact]
    public void Bytes_that_are_no_utf8_become_replacement_characters()
    {
        var assembler = new TextAssembler(new StopSequences([]));

        Assert.Equal("a\uFFFDb", assembler.Append([(byte)'a', 0xFF, (byte)'b']));
        Assert.Equal("", assembler.Append([0xF0, 0x9F]));
        Assert.Equal("\uFFFD", assembler.Finish());
    }

    private static string RandomText(Random random, int length)
    {
        Rune[] runes = [.. Alphabet.EnumerateRunes()];
        return string.Concat(Enumerable.Range(0, length).Select(_ => runes[random.Next(runes.Length)]));
    }

    private static IEnumerable<byte[]> RandomParts(Random random, byte[] bytes)
    {
        for (int start = 0; start < bytes.Length;)
        {
            int length = Math.Min(random.Next(0, 5), bytes.Length - start);
            yield return bytes[start..(start + length)];
            start += length;
        }
    }
}
