namespace LocalInference;

/// <summary>
/// Guesses what a <see cref="DraftModel"/> would say. What it computed for right guesses it keeps, and what it computed for wrong ones it
/// forgets when it is asked again. All its memory is taken when it is made. Owned by the engine thread.
/// </summary>
internal sealed class DraftGuesser : ITokenGuesser
{
    private readonly DraftModel _draft;

    // What was said, and behind it what was guessed last.
    private readonly int[] _text;
    private KvSequence? _sequence;
    private int _count;

    // So many tokens of the sequence are those of the text.
    private int _agreed;

    /// <param name="draft">The model that guesses.</param>
    /// <param name="prompt">The text so far.</param>
    /// <param name="capacity">Most tokens that it will have.</param>
    public DraftGuesser(DraftModel draft, ReadOnlySpan<int> prompt, int capacity)
    {
        _draft = draft;
        int most = Math.Min(Math.Max(capacity, prompt.Length), draft.Length);
        _text = new int[most + Speculation.MostGuesses];
        _sequence = draft.Begin(prompt, _text.Length);
        _agreed = _sequence?.Length ?? 0;
        if (prompt.Length > most)
        {
            GiveUp();
            return;
        }

        prompt.CopyTo(_text);
        _count = prompt.Length;
        if (prompt.ContainsAnyExceptInRange(0, draft.VocabularySize - 1))
        {
            GiveUp();
        }
    }

    public double SecondsPerGuess => _draft.SecondsPerToken;

    public void Append(int token)
    {
        if (_sequence is null)
        {
            return;
        }

        if (_count + Speculation.MostGuesses == _text.Length || token >= _draft.VocabularySize)
        {
            GiveUp();
            return;
        }

        if (_agreed == _count && _count < _sequence.Length && _text[_count] == token)
        {
            _agreed++;
        }

        _text[_count++] = token;
    }

    public int Guess(Span<int> tokens)
    {
        if (_sequence is not { } sequence)
        {
            return 0;
        }

        // The guesses but the last are computed, too, and behind its context there is no room for any.
        tokens = tokens[..Math.Min(tokens.Length, _draft.Length - _count + 1)];

        // The last token is computed in any case: its logits are wanted.
        _agreed = Math.Min(_agreed, _count - 1);
        if (_agreed < sequence.Length)
        {
            _draft.Truncate(sequence, _agreed);
        }

        int pending = _draft.Take(_count - _agreed);
        if (pending == 0)
        {
            return 0;
        }

        bool isBehind = _agreed + pending < _count;
        bool isFound = _draft.TryNext(sequence, _text.AsSpan(_agreed, pending), out int next);
        _agreed = sequence.Length;
        if (isBehind || !isFound)
        {
            return 0;
        }

        int found = 0;
        while (true)
        {
            tokens[found] = next;
            _text[_count + found] = next;
            found++;
            if (found == tokens.Length || !_draft.TryNext(sequence, _text.AsSpan(_count + found - 1, 1), out next))
            {
                return found;
            }
        }
    }

    public void Dispose() => GiveUp();

    private void GiveUp()
    {
        if (_sequence is { } sequence)
        {
            // Only what was said is worth keeping.
            _draft.Truncate(sequence, Math.Min(_agreed, sequence.Length));
            _draft.End(sequence);
            _sequence = null;
        }
    }
}
