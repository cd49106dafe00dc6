using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// A request for vectors or scores as the engine sees it. The texts are taken longest first, and the shortest fill what is left
/// of a step.
/// </summary>
internal sealed class EmbeddingJob
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _order;
    private int _front;
    private int _back;
    private int _computed;
    private int _unfinished;

    public EmbeddingJob(TokenizedTexts texts, EmbeddingJobOptions options)
    {
        Texts = texts;
        Options = options;
        Vectors = options.Ranks ? [] : new float[texts.Count][];
        Scores = options.Ranks ? new float[texts.Count] : [];
        _order = new int[texts.Count];
        int[] lengths = new int[texts.Count];
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
            lengths[i] = -texts.LengthOf(i);
        }

        Array.Sort(lengths, _order);
        _back = _unfinished = _order.Length;
    }

    public TokenizedTexts Texts { get; }

    public EmbeddingJobOptions Options { get; }

    /// <summary>The vectors, for each text.</summary>
    public float[][] Vectors { get; }

    /// <summary>The scores, for each text.</summary>
    public float[] Scores { get; }

    public Task Completion => _completion.Task;

    /// <summary>Whether nobody waits for the rest of it: it failed, or its caller gave up.</summary>
    public bool IsOver => _completion.Task.IsCompleted;

    /// <summary>Whether there are texts that are not in a step yet, or not wholly.</summary>
    public bool HasNext => _front < _back;

    /// <summary>Whether some of the next text is computed and the rest is not.</summary>
    public bool IsInsideText => _computed > 0;

    /// <summary>The next piece that fits so many rows.</summary>
    /// <param name="rows">Rows that are free.</param>
    /// <param name="wholeStep">Most tokens of a text that is computed at once.</param>
    /// <param name="mayPart">Whether a longer one may begin or go on.</param>
    /// <param name="piece">The piece.</param>
    public bool TryPeek(int rows, int wholeStep, bool mayPart, out EmbeddingPiece piece)
    {
        piece = default;
        if (!HasNext)
        {
            return false;
        }

        int longest = _order[_front];
        int left = Texts.LengthOf(longest) - _computed;
        bool isLong = IsInsideText || left > wholeStep;
        if (isLong ? mayPart && rows >= Math.Min(left, wholeStep / 2) : left <= rows)
        {
            int length = Math.Min(left, rows);
            piece = new EmbeddingPiece(this, longest, _computed, length, EndsText: length == left);
            return true;
        }

        // The front of a text in parts is not to be passed to the back.
        int shortest = _order[_back - 1];
        int its = Texts.LengthOf(shortest);
        if (its <= rows && (_front < _back - 1 || !IsInsideText))
        {
            piece = new EmbeddingPiece(this, shortest, 0, its, EndsText: true);
            return true;
        }

        return false;
    }

    /// <summary>Takes the piece that <see cref="TryPeek"/> gave.</summary>
    public void Take(in EmbeddingPiece piece)
    {
        if (piece.Text != _order[_front])
        {
            _back--;
        }
        else if (piece.EndsText)
        {
            _front++;
            _computed = 0;
        }
        else
        {
            _computed = piece.Offset + piece.Length;
        }
    }

    /// <summary>Takes in what a step computed.</summary>
    public void Receive(EmbeddingContext context, in EmbeddingPiece piece)
    {
        if (IsOver)
        {
            return;
        }

        if (Options.Ranks)
        {
            if (piece.EndsText)
            {
                // Several outputs are classes, of which the first is the one that is asked for (yes of yes and no).
                Scores[piece.Text] = context.Scores(piece.Sequence)[0];
                End(float.IsFinite(Scores[piece.Text]), piece.Text);
            }

            return;
        }

        float[] vector = Vectors[piece.Text] ??= new float[Options.Dimensions];
        VectorPooling.Add(Options.Pooling, context, piece, vector);
        if (piece.EndsText)
        {
            End(VectorPooling.Finish(Options.Pooling, Texts.LengthOf(piece.Text), Options.Normalize, vector), piece.Text);
        }
    }

    /// <summary>Ends the job with an error.</summary>
    public void Fail(Exception reason) => _completion.TrySetException(reason);

    /// <summary>Ends the job for a caller who gave up; the engine drops what is left of it.</summary>
    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);

    private void End(bool isFinite, int text)
    {
        if (!isFinite)
        {
            Fail(ExceptionFactory.NotFinite(text));
        }
        else if (--_unfinished == 0)
        {
            _completion.TrySetResult();
        }
    }
}
