using System.Text.Json.Nodes;

namespace LocalInference.Text.Tests.Oracles;

/// <summary>That the reference is set up as meant: a wrong one would make every comparison with it worthless.</summary>
public sealed class PythonOracleTests
{
    [OracleFact(OracleNeeds.Jinja2)]
    public void Renders_as_transformers_does()
    {
        var variables = new JsonObject { ["tool"] = new JsonObject { ["b"] = "ü<&>'", ["a"] = JsonNode.Parse("1.0") }, ["items"] = new JsonArray(1, 2, 3) };
        RenderRequest Ask(string template) => new(template, variables, new DateTime(2026, 11, 21, 7, 5, 0));
        (string Template, string Output)[] cases =
        [
            ("{{ tool | tojson }}", """{"b": "ü<&>'", "a": 1.0}"""),
            ("{{ tool | tojson(indent=2, sort_keys=true) }}", "{\n  \"a\": 1.0,\n  \"b\": \"ü<&>'\"\n}"),
            ("    {% if true %}\nx\n    {% endif %}\ny", "x\ny"),
            ("{% for i in items %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "1"),
            ("{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}", "21"),
            ("{{ strftime_now('%d %b %Y') }}", "21 Nov 2026"),
            ("{{ none }} {{ true }} {{ missing }}", "None True "),
        ];

        IReadOnlyList<RenderResult> results = PythonOracle.Render([.. cases.Select(c => Ask(c.Template))]);

        Assert.Equal(cases.Select(c => c.Output), results.Select(r => r.Output), StringComparer.Ordinal);
    }

    [OracleFact(OracleNeeds.Jinja2)]
    public void Tells_the_kinds_of_failure_apart()
    {
        (string Template, TemplateErrorKind Kind)[] cases =
        [
            ("{% if %}", TemplateErrorKind.Syntax),
            ("{{ 1 | nosuchfilter }}", TemplateErrorKind.Syntax),
            ("{{ raise_exception('no') }}", TemplateErrorKind.Refused),
            ("{{ missing.field }}", TemplateErrorKind.Runtime),
            ("{{ [].append(1) }}", TemplateErrorKind.Runtime),
            ("{{ strftime_now('%Y') }}", TemplateErrorKind.Runtime),
            ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", TemplateErrorKind.Limit),
        ];

        IReadOnlyList<RenderResult> results = PythonOracle.Render([.. cases.Select(c => new RenderRequest(c.Template, []))]);

        Assert.Equal(cases.Select(c => (TemplateErrorKind?)c.Kind), results.Select(r => r.ErrorKind));
        Assert.All(results, result => Assert.Null(result.Output));
    }

    [OracleFact(OracleNeeds.Jinja2)]
    public void Lets_lists_change_when_asked_to() =>
        Assert.Equal("[1]", PythonOracle.Render([new RenderRequest("{% set l = [] %}{% set _ = l.append(1) %}{{ l }}", [], Mutable: true)])[0].Output);

    [Fact]
    public void A_missing_module_is_named() =>
        Assert.Contains("python3-no_such_module", PythonOracle.WhyMissing("no_such_module"), StringComparison.Ordinal);
}
