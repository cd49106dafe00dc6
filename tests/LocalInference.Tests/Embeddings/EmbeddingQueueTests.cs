using LocalInference.Abstractions;

namespace LocalInference.Tests.Embeddings;

/// <summary>Who goes next, and in which pieces, without any model.</summary>
public sealed class EmbeddingQueueTests
{
    [Fact]
    public void A_job_gives_its_longest_text_first_and_fills_gaps_with_its_shortest()
    {
        EmbeddingJob job = Job("", 5, 30, 8, 20);

        Assert.Equal([(1, 30), (0, 5)], Fill(job, rows: 36, wholeStep: 64));
        Assert.Equal([(3, 20), (2, 8)], Fill(job, rows: 64, wholeStep: 64));
        Assert.False(job.HasNext);
    }

    [Fact]
    public void A_long_text_is_given_in_parts_that_follow_each_other_beside_short_ones()
    {
        EmbeddingJob job = Job("", 3, 150, 2);

        Assert.Equal([(1, 64)], Fill(job, rows: 64, wholeStep: 64));
        Assert.True(job.IsInsideText);
        Assert.Equal([(1, 60)], Fill(job, rows: 60, wholeStep: 64));

        // Half a step is the least for a part, unless the rest is less.
        Assert.Equal([(2, 2), (0, 3)], Fill(job, rows: 20, wholeStep: 64));
        Assert.Equal([(1, 26)], Fill(job, rows: 26, wholeStep: 64));
        Assert.False(job.HasNext);
    }

    [Fact]
    public void A_long_text_waits_while_another_one_is_in_parts()
    {
        EmbeddingJob job = Job("", 100, 4);

        Assert.True(job.TryPeek(64, 64, mayPart: false, out EmbeddingPiece piece));
        Assert.Equal((1, 4), (piece.Text, piece.Length));
    }

    [Fact]
    public void Random_jobs_give_every_token_once_and_in_order()
    {
        var random = new Random(17);
        for (int round = 0; round < 300; round++)
        {
            int wholeStep = random.Next(2, 100);
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(1, 250))];
            EmbeddingJob job = Job("", lengths);
            int[] given = new int[lengths.Length];
            int idle = 0;
            while (job.HasNext)
            {
                int rows = random.Next(1, wholeStep + 1);
                if (!job.TryPeek(rows, wholeStep, mayPart: random.Next(4) > 0, out EmbeddingPiece piece))
                {
                    Assert.True(idle++ < 10_000);
                    continue;
                }

                Assert.InRange(piece.Length, 1, rows);
                Assert.Equal(given[piece.Text], piece.Offset);
                given[piece.Text] += piece.Length;
                Assert.Equal(given[piece.Text] == lengths[piece.Text], piece.EndsText);
                job.Take(piece);
            }

            Assert.Equal(lengths, given);
        }
    }

    [Fact]
    public void Callers_share_by_tokens_and_not_by_requests()
    {
        var queue = new EmbeddingQueue();
        foreach (int _ in Enumerable.Range(0, 9))
        {
            queue.Add(Job("many", 20, 20, 20, 20));
        }

        queue.Add(Job("one", [.. Enumerable.Repeat(10, 8)]));

        Dictionary<string, int> served = Serve(queue, steps: 12);

        Assert.InRange(served["one"], 80, 80);
        Assert.InRange(served["many"], 80, 120);
    }

    [Fact]
    public void A_newcomer_has_neither_debt_nor_credit()
    {
        var queue = new EmbeddingQueue();
        queue.Add(Job("old", [.. Enumerable.Repeat(10, 100)]));
        Serve(queue, steps: 50);
        queue.Add(Job("new", [.. Enumerable.Repeat(10, 100)]));

        Dictionary<string, int> served = Serve(queue, steps: 40);

        Assert.Equal((200, 200), (served["old"], served["new"]));
    }

    [Fact]
    public void Priorities_share_16_to_4_to_1()
    {
        var queue = new EmbeddingQueue();
        foreach (RequestPriority priority in Enum.GetValues<RequestPriority>())
        {
            queue.Add(Job($"{priority}", priority, [.. Enumerable.Repeat(10, 500)]));
        }

        Dictionary<string, int> served = Serve(queue, steps: 210);

        Assert.InRange(served["High"], 1580, 1620);
        Assert.InRange(served["Normal"], 390, 410);
        Assert.InRange(served["Low"], 90, 110);
    }

    [Fact]
    public void A_job_that_is_over_leaves_the_queue()
    {
        var queue = new EmbeddingQueue();
        EmbeddingJob first = Job("a", 5);
        EmbeddingJob second = Job("a", 6);
        queue.Add(first);
        queue.Add(second);

        first.Cancel(new CancellationToken(canceled: true));
        queue.RemoveOver();

        Assert.True(queue.TryPeek(PeekAny, out EmbeddingPiece piece));
        Assert.Same(second, piece.Job);
        queue.FailAll(new InvalidOperationException("over"));
        Assert.True(second.IsOver);
        Assert.False(queue.TryPeek(PeekAny, out _));
    }

    private static bool PeekAny(EmbeddingJob job, out EmbeddingPiece piece) => job.TryPeek(64, 64, mayPart: true, out piece);

    private static Dictionary<string, int> Serve(EmbeddingQueue queue, int steps)
    {
        var served = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < steps && queue.TryPeek(PeekAny, out EmbeddingPiece piece); i++)
        {
            queue.Take(piece);
            string caller = piece.Job.Options.Caller;
            served[caller] = served.GetValueOrDefault(caller) + piece.Length;
        }

        return served;
    }

    private static List<(int Text, int Length)> Fill(EmbeddingJob job, int rows, int wholeStep)
    {
        List<(int, int)> pieces = [];
        while (job.TryPeek(rows, wholeStep, mayPart: true, out EmbeddingPiece piece))
        {
            job.Take(piece);
            pieces.Add((piece.Text, piece.Length));
            rows -= piece.Length;
        }

        return pieces;
    }

    private static EmbeddingJob Job(string caller, params int[] lengths) => Job(caller, RequestPriority.Normal, lengths);

    private static EmbeddingJob Job(string caller, RequestPriority priority, int[] lengths)
    {
        var texts = new TokenizedTexts(lengths.Length);
        foreach (int length in lengths)
        {
            texts.Tail.AddRange(Enumerable.Repeat(1, length));
            texts.Add(length);
        }

        return new EmbeddingJob(texts, new EmbeddingJobOptions { Caller = caller, Priority = priority, Dimensions = 1 });
    }
}
