namespace LocalInference.Text.Tests.Jinja;

/// <summary>Makes templates by chance, the same ones from the same seed. Most are nonsense, which both engines must refuse.</summary>
internal sealed class RandomTemplate(int seed)
{
    /// <summary>The variables that the templates use.</summary>
    public const string Variables = """
        {"i": 7, "n": -3, "f": 2.5, "g": 1e16, "s": "Hello World", "u": "grüße 😀x\n ", "e": "", "l": [3, 1, 2], "ls": ["b", "A", "c"],
         "d": {"a": 1, "b": [1, {"c": null}], "items": 5}, "t": true, "no": null, "q": "it's \"q\" \\ \t", "nested": [[1, 2], [3, [4, "it's"]]],
         "ld": [{"name": "c", "age": 3, "x": {"y": 1}}, {"name": "A", "age": 1, "x": {"y": 2}}, {"name": "b", "age": 2}]}
        """;

    private static readonly string[] s_atoms =
    [
        "i", "n", "f", "g", "s", "u", "e", "l", "ls", "d", "t", "no", "q", "nested", "ld", "0", "1", "2", "-1", "1.5", "10", "'a'", "'l'", "''", "' x '",
        "none", "true", "false", "undef", "[1, 2]", "{'a': 1}", "(1, 2)", "('a',)", "range(3)", "1e3", "[]", "{}", "'%s-%d'", "'{}:{:>5}'", "0.1", "d.items()",
    ];

    private static readonly string[] s_operators = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "and", "or"];

    private static readonly string[] s_filters =
    [
        "upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "list", "string", "int", "float", "abs", "round(1)", "round(1, 'floor')",
        "join(',')", "sort", "sort(reverse=true)", "unique|list", "reverse|list", "sum", "min", "max", "tojson", "tojson(indent=2)", "tojson(ensure_ascii=true)",
        "default('z')", "default('z', true)", "replace('l', 'L')", "items|list", "dictsort", "batch(2)|list", "slice(2, 'x')|list", "map('upper')|list",
        "map(attribute='x.y', default=9)|list", "select('odd')|list", "reject('none')|list", "selectattr('age', 'gt', 1)|list", "rejectattr('name')|list",
        "groupby('age')", "wordcount", "indent", "indent(3, blank=true)", "escape", "format('x')", "center(20)", "truncate(5)", "urlencode", "sum(attribute='age')",
        "sort(attribute='name')", "join('-', attribute='name')", "int(base=16)",
    ];

    private static readonly string[] s_tests =
    [
        "defined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "odd", "divisibleby(2)", "in([1, 2, 3])", "eq(1)",
        "lower", "upper", "true", "gt(1)",
    ];

    private static readonly string[] s_methods =
    [
        "upper()", "strip()", "lstrip('H')", "split()", "split('l', 1)", "rsplit('l', 1)", "splitlines()", "startswith('H')", "endswith(('d', 'x'))",
        "replace('l', 'LL', 1)", "find('l')", "count('l')", "title()", "zfill(15)", "rjust(15, '*')", "center(15, '.')", "partition('o')", "isdigit()",
        "format(1, 2)", "join(['a', 'b'])", "get('a')", "get('zz', 1)", "keys()|list", "values()|list", "items()|list", "index(1)", "a", "b", "name", "append(1)",
    ];

    private static readonly string[] s_items = ["[0]", "[-1]", "['a']", "['items']", "[99]", "[none]", "[s]", "[true]"];

    private readonly Random _random = new(seed);

    public string Next() => Body(3) + "{{ a }}{{ s }}{{ x }}";

    private string Expression(int depth) => depth <= 0 ? Pick(s_atoms) : _random.Next(20) switch
    {
        < 4 => Pick(s_atoms),
        < 9 => $"({Expression(depth - 1)} {Pick(s_operators)} {Expression(depth - 1)})",
        < 13 => $"({Expression(depth - 1)})|{Pick(s_filters)}",
        < 14 => $"({Expression(depth - 1)}) is {Pick("", "not ")}{Pick(s_tests)}",
        < 16 => $"({Expression(depth - 1)}).{Pick(s_methods)}",
        < 17 => $"({Expression(depth - 1)}){Pick(s_items)}",
        < 18 => $"({Expression(depth - 1)} if {Expression(depth - 1)} else {Expression(depth - 1)})",
        < 19 => $"[{Expression(depth - 1)}, {Expression(depth - 1)}]",
        _ => $"s{Pick("[1:]", "[::-1]", "[5:1:-2]", "[-99:99]", "[n:]")}",
    };

    private string Statement(int depth) => depth <= 0 ? Print() : _random.Next(16) switch
    {
        < 4 => Print(),
        < 5 => Pick("text\n", "  ", "\n", " é ", "{# c #}\n", "{% raw %}{{ x }}{% endraw %}"),
        < 7 => $"{Pick("  ", "")}{{%{Pick("", "-", "+")} if {Expression(1)} {Pick("", "-")}%}}{Pick("", "\n")}{Body(depth - 1)}{Pick("", "{% else %}e")}{{% endif {Pick("", "-")}%}}\n",
        < 10 => For(depth),
        < 12 => $"{{% set {Pick("a", "b", "i", "s", "x")} = {Expression(1)} %}}",
        < 13 => $"{{% set {Pick("a", "x")}{Pick("", " | upper")} %}}{Body(depth - 1)}{{% endset %}}",
        < 14 => $"{{% macro m({Pick("", "a", "a, b=i", "a=1, b=a")}) %}}{Body(depth - 1)}{Pick("", "{{ varargs }}", "{{ kwargs }}")}{{% endmacro %}}{{{{ m({Pick("", "1", "1, 2", "b=3", "1, 2, 3")}) }}}}",
        < 15 => $"{{% macro c(q=1) %}}[{{{{ caller({Pick("", "q")}) }}}}]{{% endmacro %}}{{% call{Pick("", "(a)")} c() %}}{Body(depth - 1)}{{% endcall %}}",
        _ => $"{{% with a={Expression(1)} %}}{Body(depth - 1)}{{% endwith %}}",
    };

    private string For(int depth)
    {
        (string target, string items) = _random.Next(4) == 0 ? ("k, v", Pick("d.items()", "nested")) : (Pick("a", "b", "i", "x"), Pick("l", "ls", "d", "ld", "range(3)", "s", "undef"));
        string end = Pick("", "{{ loop.index }}", "{{ loop.last }}{{ loop.length }}", "{{ loop.nextitem }}|{{ loop.previtem }}", "{% if loop.first %}{% continue %}{% endif %}", "{% if loop.index == 2 %}{% break %}{% endif %}");
        return $"{{% for {target} in {items}{Pick("", $" if {Expression(1)}")} %}}{Body(depth - 1)}{end}{Pick("", "{% else %}none")}{{% endfor %}}";
    }

    private string Print() => $"{{{{ {Expression(2)} }}}}{Pick("", "\n", " ")}";

    private string Body(int depth) => string.Concat(Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Statement(depth)));

    private string Pick(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];
}
