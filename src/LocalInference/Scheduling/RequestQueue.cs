namespace LocalInference;

/// <summary>
/// The requests that wait for a place, in the order in which they get one. The highest priority goes first, and a request rises
/// by one for each <see cref="Patience"/> that it waited, so none waits for ever. Among callers of the same priority the places
/// go round by tokens (deficit round robin: Shreedhar and Varghese 1995), so that a caller of few long requests and one of many
/// short ones get the same share. What goes on with an answer that has begun goes before all. Owned by the engine thread.
/// </summary>
internal sealed class RequestQueue(TimeProvider time)
{
    /// <summary>A wait that is worth one priority.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Tokens that a caller's credit grows by on each round: about a short request.</summary>
    private const int Quantum = 512;

    // What a request counts that sets no limit to its answer.
    private const int AnswerAssumed = 256;

    // In the order of the round.
    private readonly List<Caller> _callers = [];
    private int _next;

    public int Count { get; private set; }

    public void Add(GenerationJob job)
    {
        job.Submitted = time.GetTimestamp();
        string name = job.Options.Caller ?? "";
        Caller? caller = _callers.Find(c => c.Name.Equals(name, StringComparison.Ordinal));
        if (caller is null)
        {
            _callers.Add(caller = new Caller(name));
        }

        caller.Jobs.Add(job);
        Count++;
    }

    /// <summary>Takes the request whose turn it is.</summary>
    /// <param name="isReady">Whether a request may go now; one that waits for something of its own is passed over.</param>
    /// <param name="fits">Whether there is room for the one whose turn it is. If not, nobody goes: letting smaller ones pass would starve it.</param>
    /// <returns><see langword="null"/> if none is to be taken now.</returns>
    public GenerationJob? Take(Predicate<GenerationJob> isReady, Predicate<GenerationJob> fits)
    {
        long now = time.GetTimestamp();
        int priority = -1;
        (Caller Caller, GenerationJob Job, long Rounds)? first = null;
        for (int i = 0; i < _callers.Count; i++)
        {
            Caller caller = _callers[(_next + i) % _callers.Count];
            foreach (GenerationJob job in caller.Jobs)
            {
                int its = Priority(job, now);
                if (its < priority || !isReady(job))
                {
                    continue;
                }

                // How many rounds until the caller's credit, which each round grows by the quantum, pays for it.
                long rounds = Math.Max(0, (Cost(job) - caller.Credit + Quantum - 1) / Quantum);
                if (its > priority || first is not { } best || rounds < best.Rounds)
                {
                    (priority, first) = (its, (caller, job, rounds));
                }
            }
        }

        if (first is not { } chosen || !fits(chosen.Job))
        {
            return null;
        }

        foreach (Caller caller in _callers)
        {
            caller.Credit += chosen.Rounds * Quantum;
        }

        chosen.Caller.Credit -= Cost(chosen.Job);
        _next = _callers.IndexOf(chosen.Caller);
        RemoveFrom(chosen.Caller, chosen.Job);
        return chosen.Job;
    }

    /// <summary>Removes the requests that were cancelled, and hands each to its end.</summary>
    public void RemoveCancelled(Action<GenerationJob> end) => Remove(static job => job.IsCancelled, end);

    /// <summary>Removes all requests, and hands each to its end.</summary>
    public void Clear(Action<GenerationJob> end) => Remove(static _ => true, end);

    // What an answer goes on from was counted when it began.
    private static int Cost(GenerationJob job) => (job.Continues ? 0 : job.Prompt.Length) + (job.Options.MaxTokens ?? AnswerAssumed);

    private int Priority(GenerationJob job, long now) => job.Continues
        ? int.MaxValue
        : (int)job.Options.Priority + (int)(time.GetElapsedTime(job.Submitted, now) / Patience);

    private void RemoveFrom(Caller caller, GenerationJob job)
    {
        caller.Jobs.Remove(job);
        Count--;
        if (caller.Jobs.Count == 0)
        {
            // Credit does not outlive the wait, or a caller could save it up.
            _callers.Remove(caller);
            _next = 0;
        }
    }

    private void Remove(Predicate<GenerationJob> which, Action<GenerationJob> end)
    {
        for (int i = _callers.Count - 1; i >= 0; i--)
        {
            Caller caller = _callers[i];
            for (int j = caller.Jobs.Count - 1; j >= 0; j--)
            {
                GenerationJob job = caller.Jobs[j];
                if (which(job))
                {
                    RemoveFrom(caller, job);
                    end(job);
                }
            }
        }
    }

    private sealed class Caller(string name)
    {
        public string Name { get; } = name;

        public List<GenerationJob> Jobs { get; } = [];

        public long Credit { get; set; }
    }
}
