using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// The grammars that a model's requests used last, compiled. A request's grammar is compiled when its options are checked, so that
/// the engine finds it here. Safe for concurrent use.
/// </summary>
internal sealed class GrammarCache(Tokenizer tokenizer)
{
    // Applications have a handful of schemas; a grammar of some kB compiles in a millisecond.
    private const int Capacity = 16;

    private readonly LinkedList<CompiledGrammar> _grammars = [];
    private readonly Lock _gate = new();

    /// <summary>A grammar, compiled now or before.</summary>
    /// <exception cref="GenerationException">It does not parse, exceeds a limit, or names a token that the model does not have.</exception>
    public CompiledGrammar Get(string grammar)
    {
        lock (_gate)
        {
            LinkedListNode<CompiledGrammar>? node = _grammars.First;
            while (node is not null && !string.Equals(node.Value.Grammar.Text, grammar, StringComparison.Ordinal))
            {
                node = node.Next;
            }

            if (node is not null)
            {
                _grammars.Remove(node);
                _grammars.AddFirst(node);
                return node.Value;
            }
        }

        // Outside of the lock: a grammar at the limits takes seconds. Two requests may then compile the same one.
        CompiledGrammar compiled = Compile(grammar);
        lock (_gate)
        {
            _grammars.AddFirst(compiled);
            if (_grammars.Count > Capacity)
            {
                _grammars.RemoveLast();
            }
        }

        return compiled;
    }

    private CompiledGrammar Compile(string text)
    {
        GbnfGrammar grammar;
        try
        {
            grammar = GbnfGrammar.Parse(text);
        }
        catch (GrammarException e)
        {
            throw ExceptionFactory.Generation("grammar_invalid", $"The grammar cannot be used. {e.Message}", "Check it against llama.cpp's grammars/README.md; the start symbol is root.");
        }

        return new CompiledGrammar(grammar, [.. grammar.TokenTexts.Select(TokenOf)], tokenizer.Pieces);
    }

    private int TokenOf(string text) => tokenizer.Encode(text, addSpecial: false, parseSpecial: true) is [int token]
        ? token
        : throw ExceptionFactory.Generation("grammar_invalid", $"The grammar names {text}, which is not one token of this model", "Name a token that the model has, or write the text in quotation marks.");
}
