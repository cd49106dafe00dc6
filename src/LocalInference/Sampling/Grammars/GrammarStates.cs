using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// A grammar's automaton and the masks of its states, which the requests of an engine with the same grammar share: in most
/// grammars a few states come again and again, such as the inside of a JSON string. Owned by the engine thread.
/// </summary>
internal sealed class GrammarStates(CompiledGrammar compiled)
{
    // 19 kB each for a vocabulary of 152,000 tokens.
    private const int MaskLimit = 64;

    private readonly GbnfCursor[] _path = new GbnfCursor[compiled.Pieces.Depth + 1];
    private readonly ulong[] _insideCharacter = new ulong[WordsOf(compiled)];

    // By state.
    private readonly Dictionary<int, ulong[]> _masks = new(MaskLimit);
    private readonly Queue<int> _oldest = new(MaskLimit);

    public CompiledGrammar Compiled => compiled;

    public GbnfAutomaton Automaton { get; private init; } = new(compiled.Grammar, compiled.TokenIds);

    /// <summary>A bit for each token: whether it can follow.</summary>
    public ReadOnlySpan<ulong> MaskOf(GbnfCursor cursor)
    {
        if (cursor.Missing > 0)
        {
            // Inside a character: many places, and few tokens to try.
            Array.Clear(_insideCharacter);
            compiled.Pieces.Mark(Automaton, cursor, _path, _insideCharacter);
            return _insideCharacter;
        }

        if (!_masks.TryGetValue(cursor.State, out ulong[]? mask))
        {
            mask = NewMask();
            compiled.Pieces.Mark(Automaton, cursor, _path, mask);
            _masks.Add(cursor.State, mask);
            _oldest.Enqueue(cursor.State);
        }

        return mask;
    }

    /// <summary>States of their own for a request that goes on from a place, in the stead of an automaton that became too large.</summary>
    public GrammarStates Continue(GbnfCursor from, out GbnfCursor cursor) =>
        new(compiled) { Automaton = Automaton.Continue(from, out cursor) };

    private ulong[] NewMask()
    {
        if (_masks.Count < MaskLimit)
        {
            return new ulong[WordsOf(compiled)];
        }

        _masks.Remove(_oldest.Dequeue(), out ulong[]? mask);
        Array.Clear(mask!);
        return mask!;
    }

    private static int WordsOf(CompiledGrammar compiled) => (compiled.Pieces.TokenCount + 63) / 64;
}
