using System.Text.Json;

namespace LocalInference.Text;

/// <summary>
/// Writes a schema's rules. Each set of schemas that hold together for one value becomes one rule, named where it is first met;
/// one that is met again inside itself is a recursive rule.
/// </summary>
internal sealed class SchemaCompiler
{
    /// <summary>Levels of JSON that a schema can have.</summary>
    public const int MaxDepth = 128;

    private readonly SchemaDocument _document;
    private readonly SchemaExpansion _expansion;
    private readonly Dictionary<string, string?> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpenRule> _open = new(StringComparer.Ordinal);

    // Sets of schemas that no value fits which ends, by their pointers, and one of the pointers.
    private readonly OrderedDictionary<string, string> _endless;

    // Recursive rules: the set of schemas that each is for.
    private readonly Dictionary<string, string> _recursive = new(StringComparer.Ordinal);
    private int _level;
    private int _depth;

    private SchemaCompiler(GrammarBuilder builder, SchemaDocument document, OrderedDictionary<string, string> endless)
    {
        Builder = builder;
        _endless = endless;
        _document = document;
        _expansion = new SchemaExpansion(_document, Strict);
    }

    public GrammarBuilder Builder { get; }

    public bool Strict => Builder.Options.Strict;

    /// <summary>Writes schemas of a document that hold together for one value.</summary>
    /// <returns>A rule's name.</returns>
    public static string Compile(GrammarBuilder builder, SchemaDocument document, IReadOnlyList<SchemaNode> schemas, string name)
    {
        // An object that has to hold another of its kind never ends: a model would write on and on. Once such schemas are known,
        // the schema is written again as if they were false. Each round knows more of them, and hardly any schema has one.
        var endless = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            int before = builder.Count;
            SchemaCompiler compiler = new(builder, document, endless);
            string rule = compiler.CompileAll(schemas, name);
            if (!compiler.FindsEndless())
            {
                return rule;
            }

            builder.RemoveFrom(before);
        }
    }

    private string CompileAll(IReadOnlyList<SchemaNode> schemas, string name)
    {
        if (Compile(schemas, name) is not { } rule)
        {
            throw _endless.Count == 0
                ? new GrammarException("The schema allows no value.", schemas[0].Pointer)
                : new GrammarException("A value of this schema never ends: it has to hold another one of its kind. Let that be left out, be null, or stand in an array that may be empty.", _endless.GetAt(0).Value);
        }

        return GbnfName(rule) ? rule : Builder.AddRule(name, rule);
    }

    private bool FindsEndless()
    {
        if (_recursive.Count == 0)
        {
            return false;
        }

        int before = _endless.Count;
        HashSet<string> rules = Builder.FindEndless(_recursive.Keys);

        // The recursive ones first: they are the reason.
        foreach (string key in _recursive.Values.Concat(_done.Keys).Where(key => _done[key] is { } rule && rules.Contains(rule)))
        {
            _endless.TryAdd(key, key.Split('\n')[0]);
        }

        return _endless.Count > before;
    }

    /// <summary>Writes what is inside an object or an array.</summary>
    /// <inheritdoc cref="Compile(IReadOnlyList{SchemaNode}, string)"/>
    public string? CompileInner(IReadOnlyList<SchemaNode> nodes, string name)
    {
        _level++;
        string? rule = Compile(nodes, name);
        _level--;
        return rule;
    }

    /// <summary>Writes schemas that hold together for one value.</summary>
    /// <returns>A rule's name or a literal; <see langword="null"/>: no value is valid.</returns>
    private string? Compile(IReadOnlyList<SchemaNode> nodes, string name)
    {
        SchemaNode[] all = [.. nodes.Select(Follow).DistinctBy(n => n.Pointer, StringComparer.Ordinal).Where(n => n.Element.ValueKind != JsonValueKind.True)];
        if (all.Length == 0)
        {
            return Builder.AddJson(JsonRules.Value);
        }

        string key = string.Join('\n', all.Select(n => n.Pointer).Order(StringComparer.Ordinal));
        if (_endless.ContainsKey(key))
        {
            return null;
        }

        if (_done.TryGetValue(key, out string? done))
        {
            return done;
        }

        if (_open.TryGetValue(key, out OpenRule? open))
        {
            if (open.Level == _level)
            {
                throw new GrammarException("This schema refers to itself without anything around it, so it says nothing.", all[0].Pointer);
            }

            return open.Rule ??= Builder.Reserve(name);
        }

        if (++_depth > MaxDepth)
        {
            throw new GrammarException($"Schemas are nested more than {MaxDepth} levels deep here, references included.", all[0].Pointer);
        }

        open = new OpenRule(_level);
        _open.Add(key, open);
        string? body = Write(all, name);
        _open.Remove(key);
        _depth--;
        string? rule = Name(open, body, name, all[0]);
        _done.Add(key, rule);
        if (open.Rule is not null)
        {
            _recursive.Add(open.Rule, key);
        }

        return rule;
    }

    private string? Name(OpenRule open, string? body, string name, SchemaNode node)
    {
        if (open.Rule is { } reserved)
        {
            Builder.Define(reserved, body ?? throw new GrammarException("This schema allows no value.", node.Pointer));
            return reserved;
        }

        return body is null || GbnfName(body) ? body : Builder.AddRule(name, body);
    }

    private static bool GbnfName(string text) => text.All(GbnfText.IsWordCharacter);

    // A schema that is nothing but a reference is what it refers to.
    private SchemaNode Follow(SchemaNode node)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (node.Element.ValueKind == JsonValueKind.Object && _expansion.Read(node) is { Ref: { } reference, HasOwn: false, Nullable: false, AllOf: null, AnyOf: null, OneOf: null })
        {
            if (!seen.Add(node.Pointer))
            {
                throw new GrammarException("These references lead back to themselves.", node.Pointer + "/$ref");
            }

            node = _document.Resolve(reference, node.Pointer);
        }

        return node;
    }

    private string? Write(SchemaNode[] nodes, string name)
    {
        foreach (SchemaNode node in nodes.Where(n => n.Element.ValueKind == JsonValueKind.Object))
        {
            CheckOneOf(_expansion.Read(node));
        }

        if (nodes is [{ Element.ValueKind: JsonValueKind.Object } single])
        {
            SchemaKeywords keywords = _expansion.Read(single);
            if (keywords is { Ref: null, HasOwn: false, Nullable: false })
            {
                switch (keywords)
                {
                    case { AllOf: null, AnyOf: { } any, OneOf: null }:
                        return WriteUnion(any, name);
                    case { AllOf: null, AnyOf: null, OneOf: { } one }:
                        return WriteUnion(one, name);
                    case { AllOf: [var only], AnyOf: null, OneOf: null }:
                        return Compile([only], name);
                }
            }

            if (!Strict && AllOfProperties.Find(keywords, Read) is { } merged)
            {
                return new ObjectGrammar(this, merged.Properties, merged.Required).Write(name);
            }
        }

        string[] ways = [.. _expansion.Expand(nodes)
            .Select(parts => new ValueGrammar(this, new ValueConstraint(parts)).Write(name))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)];
        return ways.Length == 0 ? null : string.Join(" | ", ways);

        SchemaKeywords Read(SchemaNode node) => _expansion.Read(Follow(node));
    }

    private string? WriteUnion(List<SchemaNode> members, string name)
    {
        string[] ways = [.. members
            .Select((member, index) => Compile([member], FormattableString.Invariant($"{(name == "root" ? "alternative" : name)}-{index}")))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)];
        return ways.Length == 0 ? null : string.Join(" | ", ways);
    }

    // A text that two of them allow is not valid; only strict reading has to know that there is none.
    private void CheckOneOf(SchemaKeywords keywords)
    {
        if (!Strict || keywords.OneOf is not { Count: > 1 } members)
        {
            return;
        }

        Disjointness disjointness = new(_expansion);
        if (disjointness.FindOverlap(members) is (int one, int other))
        {
            throw new GrammarException(
                FormattableString.Invariant($"oneOf cannot be kept: {one} and {other} may both allow a value. Tell them apart by type or by a required property with different constants, or use anyOf."),
                keywords.Node.Pointer + "/oneOf");
        }
    }

    private sealed class OpenRule(int level)
    {
        // Levels of objects and arrays around it.
        public int Level { get; } = level;

        public string? Rule { get; set; }
    }
}
