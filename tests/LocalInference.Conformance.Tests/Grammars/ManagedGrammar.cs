using LocalInference.Text;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>A grammar as our matcher reads it.</summary>
internal sealed class ManagedGrammar(string grammar)
{
    private readonly GbnfMatcher _matcher = new(GbnfGrammar.Parse(grammar));

    public bool Allows(string text)
    {
        _matcher.Reset();
        return _matcher.Accept(text) && _matcher.IsComplete;
    }
}
