using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// One of an engine's two contexts, made when it is first needed and anew when a longer text comes: vectors and scores need
/// different graphs. Freed when an adapter that it computes with was replaced or unloaded. Owned by the engine thread.
/// </summary>
internal sealed class EmbeddingLane(NativeRuntime runtime, ModelHandle model, AdapterRegistry adapters, EmbeddingProfile profile, EmbeddingNeeds needs, EmbeddingContextKind kind, int limit, AbortFlag abort) : IDisposable
{
    // It has the first sequence to itself.
    private const int PartedSequence = 0;

    private int _nextSequence;
    private bool _hasPart;

    public EmbeddingContext? Context { get; private set; }

    /// <summary>Contexts made so far.</summary>
    public int ContextsMade { get; private set; }

    /// <summary>Whose text is computed in parts: its first tokens are in the cache.</summary>
    public EmbeddingJob? Parted { get; private set; }

    /// <summary>Whether a job's texts are not too long for the context as it is.</summary>
    public bool Holds(EmbeddingJob job) => Context is not null && Context.Size.Holds(job.Texts.Longest, needs);

    /// <summary>Whether a step may begin with a job's next text: it is not to end a context that holds a part of another text.</summary>
    public bool MayBegin(EmbeddingJob job) => Parted is null || Parted == job || Holds(job);

    /// <summary>Whether a part of a job's next text, if it is a long one, may go into the step. One part has room: its sequence is that of the others.</summary>
    public bool MayPart(EmbeddingJob job) => !needs.WholeTexts && !_hasPart && (Parted is null || Parted == job);

    /// <summary>Makes the context such that it holds a job's texts.</summary>
    /// <exception cref="ModelMemoryException">There is not enough memory for that.</exception>
    public void Prepare(EmbeddingJob job, int threads)
    {
        if (Holds(job))
        {
            return;
        }

        EmbeddingContextSize size = EmbeddingContextSize.For(needs, job.Texts.Longest, limit);
        Reset();
        size.CheckMemory(needs, profile);
        AdapterSet set = adapters.Acquire(selections: null);
        try
        {
            Context = new EmbeddingContext(runtime, model, size, kind, set, abort, threads);
            ContextsMade++;
        }
        finally
        {
            set.Release();
        }
    }

    /// <summary>Empties the batch for a step.</summary>
    public void Begin()
    {
        Context!.Batch.Clear();
        _nextSequence = PartedSequence + 1;
    }

    /// <summary>Whether a step takes another text.</summary>
    public bool HasSequence => _nextSequence < Context!.Size.Sequences;

    /// <summary>Puts a piece into the batch.</summary>
    /// <returns>The piece with its place.</returns>
    public EmbeddingPiece Add(in EmbeddingPiece piece)
    {
        bool isPart = piece.Offset > 0 || !piece.EndsText;
        int sequence = isPart ? PartedSequence : _nextSequence++;
        int row = Context!.Batch.Count;
        Context.Batch.Add(piece.Job.Texts[piece.Text].Slice(piece.Offset, piece.Length), piece.Offset, sequence, logits: 1);
        if (isPart)
        {
            Parted = piece.Job;
            _hasPart = true;
        }

        return piece with { Row = row, Sequence = sequence };
    }

    /// <summary>Forgets the texts of a step that was computed, and keeps the one that goes on.</summary>
    public void End(List<EmbeddingPiece> pieces)
    {
        _hasPart = false;
        if (Parted is not { IsOver: false, IsInsideText: true })
        {
            ForgetAll();
            return;
        }

        foreach (EmbeddingPiece piece in pieces)
        {
            if (piece.Sequence != PartedSequence)
            {
                Context!.Forget(piece.Sequence);
            }
        }
    }

    /// <summary>Forgets the texts of a step that was not computed; a long one that had no part in it is gone on with.</summary>
    public void GiveUp(List<EmbeddingPiece> pieces)
    {
        if (pieces.Exists(static piece => piece.Sequence == PartedSequence))
        {
            // Half of a long text is not to be gone on with.
            ForgetAll();
            return;
        }

        foreach (EmbeddingPiece piece in pieces)
        {
            Context!.Forget(piece.Sequence);
        }
    }

    /// <summary>Forgets a text whose caller gave up, and frees a context with adapters that are gone: it is the last that keeps them in memory.</summary>
    public void LetGo()
    {
        if (Parted is { IsOver: true })
        {
            ForgetAll();
        }

        // A text that is computed in parts is ended with what it was begun with.
        if (Parted is null && Context?.Adapters.IsClosed == true)
        {
            Reset();
        }
    }

    /// <summary>Forgets all texts, as after a step that failed.</summary>
    public void ForgetAll()
    {
        _hasPart = false;
        Parted = null;
        Context?.ForgetAll();
    }

    public void Dispose() => Reset();

    private void Reset()
    {
        Context?.Dispose();
        Context = null;
        Parted = null;
    }
}
