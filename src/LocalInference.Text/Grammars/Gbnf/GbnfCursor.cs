namespace LocalInference.Text;

/// <summary>How far a text has followed a grammar, at any byte. A copy is another reader that goes its own way.</summary>
/// <param name="State">The automaton's state before the character that has begun.</param>
/// <param name="Partial">The bits of that character so far.</param>
/// <param name="Missing">The bytes that it lacks; 0: no character has begun.</param>
internal readonly record struct GbnfCursor(int State, int Partial, int Missing)
{
    /// <summary>The grammar does not allow the text.</summary>
    public bool IsRefused => State == GbnfAutomaton.Refused;
}
