namespace LocalInference.Providers;

/// <summary>
/// A limit per minute that is never exceeded, whichever minute one looks at: what was let through keeps its place until a minute later.
/// A bucket that fills steadily would let up to twice as much through in the minute behind a pause. Who comes is told at once when their
/// turn is, in the order of coming, so the wait is known and nobody overtakes. Safe for concurrent use.
/// </summary>
internal sealed class MinuteWindow(int limit, TimeSpan window, TimeProvider time)
{
    /// <summary>A minute and one second, so that requests that were slow on their way meet no later ones in the provider's own minute.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(61);

    private readonly Lock _lock = new();
    private readonly Queue<Place> _places = [];
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _last;
    private long _sum;

    /// <summary>Takes a place, unless its turn comes later than in <paramref name="maxWait"/>.</summary>
    /// <param name="amount">How much of the limit it needs; more than there is counts as all of it: it waits for a window of its own.</param>
    /// <param name="maxWait">The longest wait.</param>
    /// <param name="wait">When its turn is; also where that is too late.</param>
    /// <returns>The place, or <see langword="null"/>.</returns>
    public Place? TryTake(int amount, TimeSpan maxWait, out TimeSpan wait)
    {
        amount = Math.Min(amount, limit);
        lock (_lock)
        {
            TimeSpan now = time.GetElapsedTime(_start);
            TimeSpan turn = _last > now ? _last : now;
            long sum = _sum;
            int freed = 0;
            foreach (Place place in _places)
            {
                if (sum + amount <= limit)
                {
                    break;
                }

                sum -= place.Amount;
                freed++;
                turn = place.Turn + window > turn ? place.Turn + window : turn;
            }

            wait = turn - now;
            if (wait > maxWait)
            {
                return null;
            }

            for (; freed > 0; freed--)
            {
                _places.Dequeue().IsOver = true;
            }

            var taken = new Place(turn) { Amount = amount };
            _places.Enqueue(taken);
            _sum = sum + amount;
            _last = turn;
            return taken;
        }
    }

    /// <summary>Says how much it was after all; 0: nothing was sent.</summary>
    public void Correct(Place place, int amount)
    {
        lock (_lock)
        {
            if (!place.IsOver)
            {
                _sum += amount - place.Amount;
                place.Amount = amount;
            }
        }
    }

    /// <summary>What was let through, and when.</summary>
    internal sealed class Place(TimeSpan turn)
    {
        public TimeSpan Turn => turn;

        public int Amount { get; set; }

        public bool IsOver { get; set; }
    }
}
