using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The requests whose texts are not all in a step yet. Callers share by tokens: the next text is the one of the caller who got
/// least so far, so that a thousand documents of one do not hold up the query of another. Owned by the engine thread.
/// </summary>
internal sealed class EmbeddingQueue
{
    private readonly List<Caller> _callers = [];

    /// <summary>Chooses a piece of a text.</summary>
    /// <param name="peek">The next piece of a job, if one may go into the step.</param>
    /// <param name="piece">The piece of the caller who got least, of those who have one.</param>
    public bool TryPeek(Peek peek, out EmbeddingPiece piece)
    {
        piece = default;
        Caller? chosen = null;
        foreach (Caller caller in _callers)
        {
            if (chosen is not null && caller.Served >= chosen.Served)
            {
                continue;
            }

            foreach (EmbeddingJob job in caller.Jobs)
            {
                if (peek(job, out EmbeddingPiece its))
                {
                    (chosen, piece) = (caller, its);
                    break;
                }
            }
        }

        return chosen is not null;
    }

    /// <summary>Takes a piece that <see cref="TryPeek"/> chose.</summary>
    public void Take(in EmbeddingPiece piece)
    {
        EmbeddingJob job = piece.Job;
        Caller caller = Find(job)!;
        caller.Served += (double)piece.Length / Weight(job.Options.Priority);
        job.Take(piece);
        if (!job.HasNext)
        {
            Remove(caller, job);
        }
    }

    public void Add(EmbeddingJob job)
    {
        Caller? caller = Find(job);
        if (caller is null)
        {
            // Who comes starts level with the one who got least: time without requests is no credit.
            double served = double.PositiveInfinity;
            foreach (Caller other in _callers)
            {
                served = Math.Min(served, other.Served);
            }

            _callers.Add(caller = new Caller(job.Options) { Served = double.IsFinite(served) ? served : 0 });
        }

        caller.Jobs.Add(job);
    }

    /// <summary>Removes the jobs that are over.</summary>
    public void RemoveOver()
    {
        for (int i = _callers.Count - 1; i >= 0; i--)
        {
            Caller caller = _callers[i];
            for (int j = caller.Jobs.Count - 1; j >= 0; j--)
            {
                if (caller.Jobs[j].IsOver)
                {
                    Remove(caller, caller.Jobs[j]);
                }
            }
        }
    }

    /// <summary>Fails all jobs.</summary>
    public void FailAll(Exception reason)
    {
        foreach (Caller caller in _callers)
        {
            foreach (EmbeddingJob job in caller.Jobs)
            {
                job.Fail(reason);
            }
        }

        _callers.Clear();
    }

    // High, normal and low priority share 16 : 4 : 1; nobody waits for ever.
    private static int Weight(RequestPriority priority) => priority switch
    {
        RequestPriority.High => 16,
        RequestPriority.Low => 1,
        _ => 4,
    };

    // A caller's priorities are apart, or work in the background would hold up what its own user waits for.
    private Caller? Find(EmbeddingJob job)
    {
        foreach (Caller caller in _callers)
        {
            if (caller.Owns(job))
            {
                return caller;
            }
        }

        return null;
    }

    private void Remove(Caller caller, EmbeddingJob job)
    {
        caller.Jobs.Remove(job);
        if (caller.Jobs.Count == 0)
        {
            _callers.Remove(caller);
        }
    }

    /// <summary>The next piece of a job.</summary>
    public delegate bool Peek(EmbeddingJob job, out EmbeddingPiece piece);

    private sealed class Caller(EmbeddingJobOptions options)
    {
        public List<EmbeddingJob> Jobs { get; } = [];

        /// <summary>Tokens that went into steps, by priority.</summary>
        public double Served { get; set; }

        public bool Owns(EmbeddingJob job) =>
            job.Options.Priority == options.Priority && job.Options.Caller.Equals(options.Caller, StringComparison.Ordinal);
    }
}
