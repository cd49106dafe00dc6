using System.Text;
using LocalInference.Text;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>
/// Rules for free text up to one of several markers: the automaton of Aho and Corasick (1975), a rule for each state. They recurse
/// at their ends only, so a text of any length takes no stack.
/// </summary>
internal sealed class FreeTextRules
{
    private readonly List<Dictionary<char, int>> _edges = [new()];
    private readonly List<int> _failures = [0];
    private readonly List<string?> _continuations = [null];
    private readonly List<bool> _ends = [false];

    private FreeTextRules(IReadOnlyList<(string Marker, string? Continuation)> markers)
    {
        foreach ((string marker, string? continuation) in markers)
        {
            int state = 0;
            foreach (char letter in marker)
            {
                if (!_edges[state].TryGetValue(letter, out int next))
                {
                    next = _edges.Count;
                    _edges[state].Add(letter, next);
                    _edges.Add([]);
                    _failures.Add(0);
                    _continuations.Add(null);
                    _ends.Add(false);
                }

                state = next;
            }

            _ends[state] = true;
            _continuations[state] = continuation;
        }

        FindFailures();
    }

    /// <summary>Adds the rules, whose names have been reserved by the first one's.</summary>
    /// <param name="grammar">Gets the rules.</param>
    /// <param name="rule">Name of the first, reserved.</param>
    /// <param name="markers">The markers, and the rule that goes on behind each; <see langword="null"/>: the text may not hold it.</param>
    /// <param name="branch">A rule that may go on at any place; <see langword="null"/>: none.</param>
    public static void Add(GrammarBuilder grammar, string rule, IReadOnlyList<(string Marker, string? Continuation)> markers, string? branch) =>
        new FreeTextRules(markers).Write(grammar, rule, branch);

    private void Write(GrammarBuilder grammar, string rule, string? branch)
    {
        string[] names = [.. Enumerable.Range(0, _edges.Count).Select(state => state == 0 ? rule : _ends[state] ? "" : grammar.Reserve(rule))];
        char[] alphabet = [.. _edges.SelectMany(static edges => edges.Keys).Distinct()];
        for (int state = 0; state < _edges.Count; state++)
        {
            if (!_ends[state])
            {
                grammar.Define(names[state], Body(state, names, alphabet, branch));
            }
        }
    }

    private string Body(int state, string[] names, char[] alphabet, string? branch)
    {
        var body = new StringBuilder("(");
        var elsewhere = new StringBuilder();
        foreach (char letter in alphabet)
        {
            int next = Next(state, letter);
            if (next == 0)
            {
                continue;
            }

            elsewhere.Append(MarkerRules.Escaped(letter));
            string? behind = _ends[next] ? _continuations[next] : names[next];
            if (behind is not null)
            {
                body.Append(GrammarBuilder.Literal(letter.ToString())).Append(' ').Append(behind).Append(" | ");
            }
        }

        body.Append("[^").Append(elsewhere).Append("] ").Append(names[0]);
        if (branch is not null)
        {
            body.Append(" | ").Append(branch);
        }

        return body.Append(")?").ToString();
    }

    private int Next(int state, char letter)
    {
        while (true)
        {
            if (_edges[state].TryGetValue(letter, out int next))
            {
                return next;
            }

            if (state == 0)
            {
                return 0;
            }

            state = _failures[state];
        }
    }

    private void FindFailures()
    {
        var queue = new Queue<int>(_edges[0].Values);
        while (queue.TryDequeue(out int state))
        {
            foreach ((char letter, int next) in _edges[state])
            {
                int failure = Next(_failures[state], letter);
                _failures[next] = failure;
                if (!_ends[next] && _ends[failure])
                {
                    // A shorter marker ends within a longer one.
                    _ends[next] = true;
                    _continuations[next] = _continuations[failure];
                }

                queue.Enqueue(next);
            }
        }
    }
}
