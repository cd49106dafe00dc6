using System.Text;

namespace LocalInference.Providers.Tests;

public sealed class MessageReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Events_are_put_together_whatever_the_pieces_they_come_in(int piece)
    {
        const string Text = ": hello\r\nevent: x\ndata: one\ndata:two\r\n\r\n\n\ndata:  é\nid: 7\n\ndata: cut\n";

        Assert.Equal(["one\ntwo", " é"], await ReadAsync(Text, piece, isEventStream: true));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Lines_are_messages_and_a_last_one_without_an_end_is_none(int piece) =>
        Assert.Equal(["{\"a\":1}", "{}"], await ReadAsync("{\"a\":1}\r\n\n{}\n{\"cut\":", piece, isEventStream: false));

    [Fact]
    public async Task A_line_may_be_long_but_not_endless()
    {
        string line = new('x', 200_000);

        Assert.Equal([line], await ReadAsync(line + "\n", 7000, isEventStream: false));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(new string('x', LineReader.MaxLength + 1), 1 << 20, isEventStream: false));
    }

    private static async Task<List<string>> ReadAsync(string text, int piece, bool isEventStream)
    {
        using var stream = new PieceStream(Encoding.UTF8.GetBytes(text), piece);
        using var reader = new MessageReader(stream, isEventStream);
        List<string> messages = [];
        while (await reader.ReadAsync(static () => { }, CancellationToken.None))
        {
            messages.Add(Encoding.UTF8.GetString(reader.Message.Span));
        }

        return messages;
    }

    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
