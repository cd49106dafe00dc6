using System.Text.Json;

namespace LocalInference.Text.Tests.Streaming;

public sealed class PartialJsonPropertyTests
{
    [Fact]
    public void Each_beginning_has_a_value_that_the_rest_only_extends()
    {
        var documents = new RandomJson(new Random(1));
        int values = 0;
        for (int round = 0; round < 400; round++)
        {
            string text = documents.Next();
            using JsonDocument whole = JsonDocument.Parse(text);
            var reader = new PartialJson();
            JsonDocument? before = null;
            foreach (char c in text)
            {
                Assert.True(reader.Append([c]), text);
                if (reader.ToJson() is { } json)
                {
                    JsonDocument now = JsonDocument.Parse(json);
                    Assert.True(Extends(whole.RootElement, now.RootElement), $"{json} is no beginning of {text}");
                    Assert.True(before is null || Extends(now.RootElement, before.RootElement), $"{json} takes something back");
                    before?.Dispose();
                    before = now;
                    values++;
                }
            }

            Assert.True(JsonElement.DeepEquals(whole.RootElement, before!.RootElement));
            Assert.Equal(text.TrimEnd(), reader.ToJson());
            before.Dispose();
        }

        Assert.True(values > 10_000);
    }

    [Fact]
    public void How_the_text_is_cut_makes_no_difference()
    {
        var random = new Random(2);
        var documents = new RandomJson(random);
        for (int round = 0; round < 2000; round++)
        {
            string text = Damage(random, documents.Next());
            var whole = new PartialJson();
            var cut = new PartialJson();

            bool taken = whole.Append(text);
            int start = 0;
            while (start < text.Length)
            {
                int length = Math.Min(random.Next(0, 6), text.Length - start);
                cut.Append(text.AsSpan(start, length));
                start += length;
            }

            Assert.Equal(taken, cut.State != PartialJsonState.Invalid);
            Assert.Equal((whole.State, whole.Length, whole.KeptLength, whole.Closing), (cut.State, cut.Length, cut.KeptLength, cut.Closing));
            Assert.Equal(whole.ToJson(), cut.ToJson());
        }
    }

    [Fact]
    public void Any_text_is_read_as_System_Text_Json_reads_it()
    {
        var random = new Random(3);
        var documents = new RandomJson(random);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            string text = Damage(random, documents.Next());
            var reader = new PartialJson();

            // The space ends a number that stands alone.
            bool whole = reader.Append(text) && reader.Append(" ") && reader.State == PartialJsonState.Complete;

            Assert.True(whole == Parses(text), text);
            Assert.True(reader.ToJson() is not { } json || Parses(json), text);
            refused += reader.State == PartialJsonState.Invalid ? 1 : 0;
        }

        Assert.InRange(refused, 2_000, 18_000);
    }

    // One change in half of the texts: a character more, less, or another.
    private static string Damage(Random random, string text)
    {
        const string Noise = "{}[]\",:\\u0123eE+-.tfn \uD83D\uDE00\u0001x";
        int at = random.Next(text.Length);
        return random.Next(6) switch
        {
            0 => text.Insert(at, Noise[random.Next(Noise.Length)].ToString()),
            1 => text.Remove(at, 1),
            2 => text.Remove(at, 1).Insert(at, Noise[random.Next(Noise.Length)].ToString()),
            _ => text,
        };
    }

    private static bool Parses(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            // Half a surrogate pair is an ArgumentException: it cannot be encoded.
            return false;
        }
    }

    // Everything of the shorter value is in the longer one, in the same place; only its last text or number may be cut short.
    private static bool Extends(JsonElement longer, JsonElement shorter)
    {
        if (longer.ValueKind != shorter.ValueKind)
        {
            return false;
        }

        switch (shorter.ValueKind)
        {
            case JsonValueKind.String:
                return longer.GetString()!.StartsWith(shorter.GetString()!, StringComparison.Ordinal);
            case JsonValueKind.Number:
                return longer.GetRawText().StartsWith(shorter.GetRawText(), StringComparison.Ordinal);
            case JsonValueKind.Array:
                return ExtendsInOrder([.. longer.EnumerateArray().Select(item => ("", item))], [.. shorter.EnumerateArray().Select(item => ("", item))]);
            case JsonValueKind.Object:
                return ExtendsInOrder([.. longer.EnumerateObject().Select(p => (p.Name, p.Value))], [.. shorter.EnumerateObject().Select(p => (p.Name, p.Value))]);
            default:
                return true;
        }
    }

    private static bool ExtendsInOrder((string Name, JsonElement Value)[] longer, (string Name, JsonElement Value)[] shorter)
    {
        for (int i = 0; i < shorter.Length; i++)
        {
            bool isLast = i == shorter.Length - 1;
            if (i >= longer.Length || longer[i].Name != shorter[i].Name
                || !(isLast ? Extends(longer[i].Value, shorter[i].Value) : JsonElement.DeepEquals(longer[i].Value, shorter[i].Value)))
            {
                return false;
            }
        }

        return true;
    }
}
