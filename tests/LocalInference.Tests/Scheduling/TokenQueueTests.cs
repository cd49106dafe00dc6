namespace LocalInference.Tests.Scheduling;

public sealed class TokenQueueTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Readers_get_all_tokens_in_order_however_fast_they_are()
    {
        const int Count = 20_000;
        long added = 0;
        TokenQueue[] queues = [.. Enumerable.Range(0, 8).Select(static _ => new TokenQueue())];
        Task<List<int>>[] readers = [.. queues.Select(static (queue, i) => Task.Run(() => ReadAsync(queue, pause: i % 3 == 0 ? 500 : int.MaxValue)))];
        for (int token = 0; token < Count; token++)
        {
            foreach (TokenQueue queue in queues)
            {
                queue.Write(TokenEvent.Of(token));
            }

            TokenDelivery.Relieve(ref added, isLast: token == Count - 1);
        }

        foreach (TokenQueue queue in queues)
        {
            queue.Complete();
        }

        foreach (List<int> tokens in await Task.WhenAll(readers).WaitAsync(s_soon))
        {
            Assert.Equal(Enumerable.Range(0, Count), tokens);
        }
    }

    [Fact]
    public async Task What_was_written_comes_before_the_error_and_what_is_said_first_holds()
    {
        var queue = new TokenQueue();
        queue.Write(TokenEvent.Of(1));
        queue.Complete(new IOException("first"));
        queue.Complete(new InvalidOperationException("second"));
        queue.Write(TokenEvent.Of(2));

        Assert.True(await queue.WaitToReadAsync());
        Assert.True(queue.TryRead(out TokenEvent token));
        Assert.Equal(1, token.Token);
        Assert.False(queue.TryRead(out _));
        Assert.Equal("first", (await Assert.ThrowsAsync<IOException>(async () => await queue.WaitToReadAsync())).Message);
    }

    [Fact]
    public async Task A_reader_that_waits_is_told_of_the_end_and_of_an_error()
    {
        var ended = new TokenQueue();
        var failed = new TokenQueue();
        Task<bool> end = ended.WaitToReadAsync().AsTask();
        Task<bool> failure = failed.WaitToReadAsync().AsTask();
        Assert.False(end.IsCompleted);
        ended.Complete();
        failed.Complete(new IOException("broken"));

        Assert.False(await end.WaitAsync(s_soon));
        await Assert.ThrowsAsync<IOException>(() => failure.WaitAsync(s_soon));
    }

    [Fact]
    public async Task Readers_that_block_their_thread_hold_up_nobody()
    {
        using var gate = new ManualResetEventSlim();
        TokenQueue[] blocking = [.. Enumerable.Range(0, 3).Select(static _ => new TokenQueue())];
        var other = new TokenQueue();
        Task[] blocked = [.. blocking.Select(queue => BlockAsync(queue, gate))];
        Task<bool> waiting = other.WaitToReadAsync().AsTask();
        try
        {
            foreach (TokenQueue queue in blocking)
            {
                queue.Write(TokenEvent.Of(1));
            }

            other.Write(TokenEvent.Of(1));
            long added = 0;
            TokenDelivery.Relieve(ref added, isLast: true);

            Assert.True(await waiting.WaitAsync(s_soon));
            Assert.All(blocked, static task => Assert.False(task.IsCompleted));
        }
        finally
        {
            gate.Set();
            await Task.WhenAll(blocked).WaitAsync(s_soon);
        }
    }

    [Fact]
    public void Writing_and_reading_allocate_nothing()
    {
        var queue = new TokenQueue();
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                queue.Write(TokenEvent.Of(i));
                ValueTask<bool> ready = queue.WaitToReadAsync();
                Assert.True(ready.IsCompletedSuccessfully);
                Assert.True(queue.TryRead(out _));
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static async Task<List<int>> ReadAsync(TokenQueue queue, int pause)
    {
        List<int> tokens = [];
        while (await queue.WaitToReadAsync().ConfigureAwait(false))
        {
            while (queue.TryRead(out TokenEvent token))
            {
                tokens.Add(token.Token);
                if (tokens.Count % pause == 0)
                {
                    await Task.Delay(1).ConfigureAwait(false);
                }
            }
        }

        return tokens;
    }

    private static async Task BlockAsync(TokenQueue queue, ManualResetEventSlim gate)
    {
        await queue.WaitToReadAsync().ConfigureAwait(false);
        gate.Wait();
    }
}
