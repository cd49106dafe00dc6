using System.Runtime.CompilerServices;

namespace LocalInference.Text.Parsing;

/// <summary>
/// The generated text as a parser reads it: pieces are appended, and whoever needs more than there is awaits it.
/// </summary>
/// <remarks>
/// Text behind <see cref="Position"/> is kept only from the earliest mark on, so memory is what a parser may still go back to.
/// How far it may go back is limited, which keeps hostile text linear: see <see cref="MayLookFurther"/>.
/// </remarks>
internal sealed class PieceReader
{
    /// <summary>The most a parser may read before it knows whether this is a tool call.</summary>
    private const int Lookahead = 16 * 1024;

    /// <summary>The same, once <see cref="RewindBudget"/> is spent.</summary>
    private const int ShortLookahead = 256;

    private const int RewindBudget = 1024 * 1024;

    private readonly MoreAwaiter _more;
    private char[] _buffer = new char[256];
    private int _length;
    private int _discarded;
    private int _mark = -1;
    private long _rewound;
    private Action? _continuation;

    public PieceReader() => _more = new MoreAwaiter(this);

    /// <summary>Index of the next code unit, counted from the start of the generation.</summary>
    public int Position { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>What has arrived and is not read.</summary>
    public ReadOnlySpan<char> Available => _buffer.AsSpan(Position - _discarded, _length - (Position - _discarded));

    /// <summary>The same, but no more than a trial may read.</summary>
    public ReadOnlySpan<char> AvailableOnTrial => _mark < 0 ? Available : Available[..Math.Clamp(TrialLimit - (Position - _mark), 0, Available.Length)];

    /// <summary>False: too much was read on trial; the trial has failed.</summary>
    public bool MayLookFurther => _mark < 0 || Position - _mark < TrialLimit;

    private int TrialLimit => _rewound < RewindBudget ? Lookahead : ShortLookahead;

    /// <summary>Appends a piece and runs whoever waits.</summary>
    public void Append(ReadOnlySpan<char> piece)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        Compact();
        if (_length + piece.Length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + piece.Length));
        }

        piece.CopyTo(_buffer.AsSpan(_length));
        _length += piece.Length;
        Wake();
    }

    public void End()
    {
        HasEnded = true;
        Wake();
    }

    public void Advance(int count) => Position += count;

    /// <summary>Starts a trial: <see cref="Rewind"/> comes back here. There is one trial at a time.</summary>
    public void Mark() => _mark = Position;

    /// <summary>Ends a trial that succeeded.</summary>
    public void Commit() => _mark = -1;

    /// <summary>Ends a trial that failed.</summary>
    public void Rewind()
    {
        if (_mark >= 0)
        {
            _rewound += Position - _mark;
            Position = _mark;
            _mark = -1;
        }
    }

    /// <summary>Awaits more text than there is now. False: there is no more.</summary>
    public MoreAwaiter More() => _more;

    private void Compact()
    {
        int keep = (_mark >= 0 ? _mark : Position) - _discarded;
        if (keep > _length / 2)
        {
            _buffer.AsSpan(keep, _length - keep).CopyTo(_buffer);
            _length -= keep;
            _discarded += keep;
        }
    }

    private void Wake()
    {
        Action? continuation = _continuation;
        _continuation = null;
        continuation?.Invoke();
    }

    internal sealed class MoreAwaiter(PieceReader reader) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => reader.HasEnded;

        public MoreAwaiter GetAwaiter() => this;

        public bool GetResult() => !reader.HasEnded;

        public void OnCompleted(Action continuation) => reader._continuation = continuation;

        public void UnsafeOnCompleted(Action continuation) => reader._continuation = continuation;
    }
}
