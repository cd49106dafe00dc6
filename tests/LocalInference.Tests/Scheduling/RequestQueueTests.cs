using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference.Tests.Scheduling;

public sealed class RequestQueueTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Callers_take_turns_by_tokens_not_by_requests()
    {
        var queue = new RequestQueue(_time);
        for (int i = 0; i < 40; i++)
        {
            queue.Add(Job("many", tokens: 100));
        }

        for (int i = 0; i < 4; i++)
        {
            queue.Add(Job("few", tokens: 1000));
        }

        var served = new Dictionary<string, int>(StringComparer.Ordinal) { ["many"] = 0, ["few"] = 0 };
        while (served["few"] < 4000 && Take(queue) is { } job)
        {
            served[job.Options.Caller!] += job.Prompt.Length;
        }

        // Either had the same share while both waited; one request of the larger kind is the most they can be apart.
        Assert.InRange(served["many"], 3000, 4000);
    }

    [Fact]
    public void A_higher_priority_goes_first_and_a_long_wait_makes_up_for_it()
    {
        var queue = new RequestQueue(_time);
        GenerationJob low = Job("a", 10, RequestPriority.Low);
        queue.Add(low);
        _time.Advance(RequestQueue.Patience * 1.5);
        GenerationJob normal = Job("b", 10);
        GenerationJob high = Job("c", 10, RequestPriority.High);
        queue.Add(normal);
        queue.Add(high);

        Assert.Same(high, Take(queue));

        // By now the low one waited for more than twice the patience: it is where a new high one is, and above the normal one.
        _time.Advance(RequestQueue.Patience * 0.6);
        GenerationJob late = Job("d", 10, RequestPriority.High);
        queue.Add(late);
        Assert.Equal(new[] { low, late }.ToHashSet(), new[] { Take(queue)!, Take(queue)! }.ToHashSet());
        Assert.Same(normal, Take(queue));
    }

    [Fact]
    public void One_that_waits_for_itself_is_passed_over_and_one_without_room_stops_the_rest()
    {
        var queue = new RequestQueue(_time);
        GenerationJob first = Job(null, 10);
        GenerationJob second = Job(null, 10);
        queue.Add(first);
        queue.Add(second);

        Assert.Null(queue.Take(_ => true, _ => false));
        Assert.Same(second, queue.Take(job => job != first, _ => true));
        Assert.Null(queue.Take(job => job != first, _ => true));
        Assert.Same(first, Take(queue));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void What_goes_on_with_an_answer_goes_before_all_and_pays_for_its_prompt_once()
    {
        var queue = new RequestQueue(_time);
        GenerationJob high = Job("a", 10, RequestPriority.High);
        queue.Add(high);
        _time.Advance(RequestQueue.Patience * 5);
        queue.Add(Job("c", 3000));
        GenerationJob other = Job("b", 600);
        queue.Add(other);
        GenerationJob rest = Job("b", 5000, RequestPriority.Low, continues: true);
        queue.Add(rest);

        Assert.Same(rest, Take(queue));
        Assert.Same(high, Take(queue));

        // Had caller b paid for it, it would be c's turn.
        Assert.Same(other, Take(queue));
    }

    [Fact]
    public void Cancelled_requests_leave()
    {
        var queue = new RequestQueue(_time);
        GenerationJob stays = Job("a", 10);
        GenerationJob goes = Job("a", 10);
        queue.Add(stays);
        queue.Add(goes);
        goes.MarkCancelled();

        var ended = new List<GenerationJob>();
        queue.RemoveCancelled(ended.Add);

        Assert.Equal([goes], ended);
        Assert.Same(stays, Take(queue));
        Assert.Null(Take(queue));
    }

    private static GenerationJob? Take(RequestQueue queue) => queue.Take(_ => true, _ => true);

    private static GenerationJob Job(string? caller, int tokens, RequestPriority priority = RequestPriority.Normal, bool continues = false) =>
        new(new int[tokens], new GenerationOptions { Caller = caller, MaxTokens = 0, Priority = priority }, new StopSequences([]), AdapterSet.None) { Continues = continues };

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
