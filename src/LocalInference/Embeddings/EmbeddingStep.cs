using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Composes steps out of the texts that wait, and hands out what they computed. Owned by the engine thread.</summary>
internal sealed class EmbeddingStep : IDisposable
{
    private readonly EmbeddingNeeds _needs;
    private readonly EmbeddingLane _vectors;
    private readonly EmbeddingLane _scores;
    private readonly EmbeddingQueue.Peek _peekFirst;
    private readonly EmbeddingQueue.Peek _peekNext;
    private readonly List<EmbeddingPiece> _pieces = [];
    private EmbeddingLane _lane;
    private int _freeRows;

    public EmbeddingStep(EmbeddingNeeds needs, EmbeddingLane vectors, EmbeddingLane scores)
    {
        _needs = needs;
        _vectors = _lane = vectors;
        _scores = scores;
        _peekFirst = PeekFirst;
        _peekNext = PeekNext;
    }

    /// <summary>The texts that wait.</summary>
    public EmbeddingQueue Queue { get; } = new();

    /// <summary>Steps computed.</summary>
    public long Count { get; private set; }

    /// <summary>Contexts made.</summary>
    public int ContextsMade => _vectors.ContextsMade + _scores.ContextsMade;

    /// <summary>The job that has the step to itself.</summary>
    public EmbeddingJob? Alone { get; private set; }

    /// <summary>Composes the next step.</summary>
    /// <returns>Whether there is anything to compute.</returns>
    /// <exception cref="ModelMemoryException">There is not enough memory for the next text.</exception>
    public bool Compose(int threads)
    {
        _pieces.Clear();
        Alone = null;
        Queue.RemoveOver();
        _vectors.LetGo();
        _scores.LetGo();
        if (!Queue.TryPeek(_peekFirst, out EmbeddingPiece first))
        {
            return false;
        }

        Alone = first.Job;
        _lane = LaneOf(first.Job);
        _lane.Prepare(first.Job, threads);
        _lane.Begin();

        // A text that cannot be parted may need more rows than a step has as a rule; others do not join it then.
        _freeRows = Math.Max(_needs.Rows, first.Length);
        while (_freeRows > 0 && _lane.HasSequence && Queue.TryPeek(_peekNext, out EmbeddingPiece next))
        {
            Queue.Take(next);
            _pieces.Add(_lane.Add(next));
            _freeRows -= next.Length;
            Alone = Alone == next.Job ? Alone : null;
        }

        return true;
    }

    /// <summary>Computes the step and hands out the results.</summary>
    /// <returns>Tokens computed.</returns>
    public int Compute(int threads)
    {
        EmbeddingContext context = _lane.Context!;
        if (context.Compute(threads))
        {
            Count++;
            foreach (EmbeddingPiece piece in _pieces)
            {
                piece.Job.Receive(context, piece);
            }

            _lane.End(_pieces);
        }
        else
        {
            GiveUp();
        }

        return context.Batch.Count;
    }

    /// <summary>Drops the step, whose callers gave up.</summary>
    public void GiveUp() => _lane.GiveUp(_pieces);

    /// <summary>Fails the jobs in the step.</summary>
    public void Fail(Exception reason)
    {
        Alone?.Fail(reason);
        foreach (EmbeddingPiece piece in _pieces)
        {
            piece.Job.Fail(reason);
        }

        // Half of a long text is not to be gone on with.
        _lane.Parted?.Fail(reason);
        _lane.ForgetAll();
    }

    /// <summary>Fails all jobs.</summary>
    public void FailAll(Exception reason)
    {
        Fail(reason);
        _vectors.Parted?.Fail(reason);
        _scores.Parted?.Fail(reason);
        Queue.FailAll(reason);
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _scores.Dispose();
    }

    private EmbeddingLane LaneOf(EmbeddingJob job) => job.Options.Ranks ? _scores : _vectors;

    private bool PeekFirst(EmbeddingJob job, out EmbeddingPiece piece)
    {
        piece = default;
        EmbeddingLane lane = LaneOf(job);
        return lane.MayBegin(job)
            && job.TryPeek(_needs.WholeTexts ? int.MaxValue : _needs.Rows, WholeStep, lane.MayPart(job), out piece);
    }

    private bool PeekNext(EmbeddingJob job, out EmbeddingPiece piece)
    {
        piece = default;
        return LaneOf(job) == _lane && _lane.Holds(job) && job.TryPeek(_freeRows, WholeStep, _lane.MayPart(job), out piece);
    }

    private int WholeStep => _needs.WholeTexts ? int.MaxValue : _needs.Rows;
}
