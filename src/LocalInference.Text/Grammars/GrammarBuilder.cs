using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LocalInference.Text;

/// <summary>
/// Collects named rules and writes them as GBNF. What the methods return, a rule's name, can be used in the body of another
/// rule, also behind a quantifier. Not safe for concurrent use.
/// </summary>
internal sealed class GrammarBuilder(JsonSchemaGrammarOptions? options = null)
{
    private readonly Dictionary<string, string?> _rules = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly Dictionary<string, int> _suffixes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Item, int Minimum, int? Maximum), string> _repetitions = [];
    private int _length;

    /// <summary>How schemas are read.</summary>
    public JsonSchemaGrammarOptions Options { get; } = options ?? JsonSchemaGrammarOptions.Default;

    /// <summary>How many rules there are.</summary>
    public int Count => _order.Count;

    /// <summary>A GBNF literal of exactly this text. An empty one cannot be repeated.</summary>
    public static string Literal(string text) => GbnfText.Literal(text);

    /// <summary>
    /// Adds a rule and returns its name: the given one with what GBNF does not allow in names as dashes, and with a number
    /// behind it if another rule has it. A rule that is there already with the same body is returned.
    /// </summary>
    /// <exception cref="GrammarException">The grammar would be too long.</exception>
    public string AddRule(string name, string body)
    {
        string wanted = Wanted(name);
        if (_rules.TryGetValue(wanted, out string? there) && string.Equals(there, body, StringComparison.Ordinal))
        {
            return wanted;
        }

        string rule = Reserve(wanted);
        Define(rule, body);
        return rule;
    }

    /// <summary>Takes a name, for a rule that refers to itself. <see cref="Define"/> has to follow.</summary>
    public string Reserve(string name)
    {
        string wanted = Wanted(name);
        string free = wanted;
        while (!_rules.TryAdd(free, null))
        {
            int suffix = _suffixes.GetValueOrDefault(wanted);
            _suffixes[wanted] = suffix + 1;
            free = string.Create(CultureInfo.InvariantCulture, $"{wanted}{suffix}");
        }

        _order.Add(free);
        return free;
    }

    /// <summary>Gives a reserved rule its body.</summary>
    /// <exception cref="GrammarException">The grammar would be too long.</exception>
    public void Define(string rule, string body)
    {
        _length += LengthOf(rule, body);
        if (_length > GrammarLimits.Length)
        {
            throw new GrammarException($"The grammar would be longer than {GrammarLimits.Length} characters. Use fewer or shorter alternatives.", "#");
        }

        _rules[rule] = body;
    }

    /// <summary>
    /// Adds rules for the JSON texts that a schema allows and returns the name of the first: a value without white space
    /// around it.
    /// </summary>
    /// <exception cref="GrammarException">The schema is not one, allows nothing, exceeds a limit or, in strict mode, asks for what a grammar cannot keep.</exception>
    public string AddSchema(string name, JsonElement schema)
    {
        var document = new SchemaDocument(schema);
        return AddSchema(name, document, [document.Root]);
    }

    /// <summary>The same for schemas that hold together for one value; none: any value.</summary>
    /// <param name="name">The wanted name.</param>
    /// <param name="document">What their references point into.</param>
    /// <param name="schemas">The schemas, each with its place in the document.</param>
    /// <inheritdoc cref="AddSchema(string, JsonElement)" path="/exception"/>
    public string AddSchema(string name, SchemaDocument document, IReadOnlyList<SchemaNode> schemas) => SchemaCompiler.Compile(this, document, schemas, name);

    /// <summary>Adds a rule for texts that match a regular expression from their first to their last character.</summary>
    /// <inheritdoc cref="RegexGrammar.Create" path="/exception"/>
    public string AddRegex(string name, string pattern) => RegexGrammar.AddTo(this, name, pattern);

    /// <summary>Adds one of the rules of <see cref="JsonRules"/>, with what it needs.</summary>
    public string AddJson(string rule)
    {
        if (!_rules.ContainsKey(rule))
        {
            JsonRule definition = JsonRules.Get(rule);
            _rules.Add(rule, null);
            _order.Add(rule);
            Define(rule, definition.Body);
            foreach (string needed in definition.Needs)
            {
                AddJson(needed);
            }
        }

        return rule;
    }

    /// <summary>
    /// An item so many times. Counts above what llama.cpp takes are split into rules for blocks of items, so that they hold
    /// exactly; beyond <see cref="GrammarRepetition.Largest"/> a maximum is left out.
    /// </summary>
    /// <param name="item">A rule's name, a class or a literal.</param>
    /// <param name="minimum">The least count.</param>
    /// <param name="maximum">The most; <see langword="null"/>: no limit.</param>
    public string Repeat(string item, int minimum, int? maximum)
    {
        if (!_repetitions.TryGetValue((item, minimum, maximum), out string? text))
        {
            text = GrammarRepetition.Write(this, item, minimum, maximum);
            _repetitions.Add((item, minimum, maximum), text);
        }

        return text;
    }

    /// <summary>Takes out the rules that were added since there were so many.</summary>
    public void RemoveFrom(int count)
    {
        foreach (string rule in _order[count..])
        {
            _length -= _rules.Remove(rule, out string? body) && body is not null ? LengthOf(rule, body) : 0;
        }

        _order.RemoveRange(count, _order.Count - count);
        _suffixes.Clear();
        _repetitions.Clear();
    }

    /// <summary>
    /// Which of the rules so far match no text that ends, since each of their alternatives leads back to such a rule. Rules that
    /// are reserved and not yet defined must not be used by the others.
    /// </summary>
    /// <param name="recursive">The rules that were used before they were defined: without them, every text ends.</param>
    public HashSet<string> FindEndless(IReadOnlyCollection<string> recursive)
    {
        // Most recursive rules end, and most rules are none of theirs: looking at theirs alone is enough to know.
        return EndlessAmong(ReachableFrom(recursive)).Count == 0 ? [] : EndlessAmong(_order.Where(rule => _rules[rule] is not null));
    }

    private HashSet<string> EndlessAmong(IEnumerable<string> rules)
    {
        string[] all = [.. rules];
        string start = all.Contains("root", StringComparer.Ordinal) ? "" : $"root ::= {all[^1]}\n";
        GbnfParser parser = new(start + Write(all));
        try
        {
            bool[] ends = GbnfClosure.CanEnd(parser.Parse());
            return [.. all.Where(rule => !ends[parser.Names[rule]])];
        }
        catch (GrammarException)
        {
            // It exceeds a limit, which is said when the whole grammar is checked.
            return [];
        }
    }

    private HashSet<string> ReachableFrom(IReadOnlyCollection<string> rules)
    {
        var reachable = new HashSet<string>(rules, StringComparer.Ordinal);
        var pending = new Stack<string>(rules);
        while (pending.TryPop(out string? rule))
        {
            foreach (string used in GbnfText.RulesIn(_rules[rule]!))
            {
                if (reachable.Add(used))
                {
                    pending.Push(used);
                }
            }
        }

        return reachable;
    }

    /// <summary>The grammar. Its start is the rule <c>root</c>, which has to have been added.</summary>
    public string Build() => Write(_order);

    private string Write(IEnumerable<string> rules)
    {
        var text = new StringBuilder(_length);
        foreach (string rule in rules)
        {
            text.Append(rule).Append(" ::= ").Append(_rules[rule]).Append('\n');
        }

        return text.ToString();
    }

    private static int LengthOf(string rule, string body) => rule.Length + body.Length + " ::= \n".Length;

    // The names of JSON's rules are kept for them, whoever asks first.
    private static string Wanted(string name)
    {
        string wanted = GbnfText.RuleName(name);
        return JsonRules.Contains(wanted) ? wanted + "-" : wanted;
    }
}
