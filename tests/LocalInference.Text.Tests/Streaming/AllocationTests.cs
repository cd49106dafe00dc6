namespace LocalInference.Text.Tests.Streaming;

/// <summary>What runs on every byte of every token allocates nothing; what makes text allocates the text.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void A_stop_cursor_allocates_nothing_per_byte()
    {
        var cursor = new StopCursor(new StopSequences(["</s>", "<|im_end|>", "\n\nUser:"]));
        byte[] bytes = [.. Enumerable.Repeat("a < b </ c <|im_ d\n\nUse "u8.ToArray(), 100).SelectMany(part => part)];

        int complete = 0;
        long allocated = LeastAllocated(() =>
        {
            foreach (byte value in bytes)
            {
                complete += cursor.Advance(value) ? 1 : 0;
            }
        });

        Assert.Equal(0, complete);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_decoder_allocates_only_its_text()
    {
        var decoder = new Utf8TextDecoder();
        string text = "";

        // A character of one UTF-16 unit is an object of 24 bytes.
        Assert.InRange(LeastAllocated(() => text = decoder.Append([0xE4]) + decoder.Append([0xBD]) + decoder.Append([0xA0])), 24, 24);
        Assert.Equal("你", text);
    }

    [Fact]
    public void A_partial_json_reader_allocates_in_proportion_to_its_text()
    {
        string text = "[" + string.Concat(Enumerable.Repeat("{\"name\": \"value\", \"n\": 12.5, \"b\": true},", 20_000));
        var reader = new PartialJson();
        long allocated = Allocated(() =>
        {
            for (int i = 0; i < text.Length; i += 4)
            {
                reader.Append(text.AsSpan(i, Math.Min(4, text.Length - i)));
                _ = reader.KeptLength;
            }
        });

        Assert.True(reader.Length >= text.Length);

        // Two bytes a character, chunks half filled at worst, and the rests of the literals.
        Assert.InRange(allocated, text.Length, text.Length * 8L);
    }

    // What the runtime allocates once, when it compiles anew what runs often, is none of the action's.
    private static long LeastAllocated(Action action) => Enumerable.Range(0, 5).Min(_ => Allocated(action));

    // The first run compiles what the second one measures.
    private static long Allocated(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
