namespace LocalInference.Text.Tests.Jinja;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("{{ x", 1, 5)]
    [InlineData("a\n  {% if %}", 2, 9)]
    [InlineData("{% for x in y %}", 1, 17)]
    [InlineData("{{ 1 | nosuch }}", 1, 8)]
    [InlineData("{{ 1 is nosuch }}", 1, 6)]
    [InlineData("\n\n{% nosuch %}", 3, 4)]
    [InlineData("{{ 'abc }}", 1, 4)]
    [InlineData("{{ (1] }}", 1, 6)]
    [InlineData("{% break %}", 1, 4)]
    [InlineData("{# open", 1, 1)]
    [InlineData("{% set true = 1 %}", 1, 8)]
    [InlineData("{% for loop in [1] %}{% endfor %}", 1, 8)]
    [InlineData("{% endfor %}", 1, 4)]
    public void What_does_not_parse_is_located(string template, int line, int column)
    {
        TemplateException failure = Assert.Throws<TemplateException>(() => JinjaTemplate.Parse(template, "chat"));
        Assert.Equal((TemplateErrorKind.Syntax, line, column, "chat"), (failure.Kind, failure.Line, failure.Column, failure.Template));
    }

    [Theory]
    [InlineData("\n{{ missing.field }}", 2, 11)]
    [InlineData("{{ 'a' + 1 }}", 1, 8)]
    [InlineData("{{ 1 / 0 }}", 1, 6)]
    [InlineData("{{ [1]|map('nosuch')|list }}", 1, 8)]
    [InlineData("{{ missing() }}", 1, 11)]
    [InlineData("{% if true %}{{ 1|from_yaml }}{% endif %}", 1, 19)]
    [InlineData("{{ {}|tojson(x=1) }}", 1, 7)]
    [InlineData("{{ {1: 1, 'a': 2}|tojson(sort_keys=true) }}", 1, 19)]
    [InlineData("{% include 'a' %}", 1, 1)]
    [InlineData("{% set a.b = 1 %}", 1, 8)]
    public void What_fails_is_located(string template, int line, int column)
    {
        TemplateException failure = Rendered.Failure(template);
        Assert.Equal((TemplateErrorKind.Runtime, line, column), (failure.Kind, failure.Line, failure.Column));
    }

    [Fact]
    public void A_refusal_says_what_the_template_says()
    {
        TemplateException failure = Rendered.Failure("{{ raise_exception('Roles must alternate') }}");
        Assert.Equal(TemplateErrorKind.Refused, failure.Kind);
        Assert.StartsWith("Roles must alternate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Undefined_prints_nothing_and_counts_nothing() => Assert.Equal("[0]", Rendered.From("{{ x }}[{{ x|length }}]{% for i in x %}{% endfor %}"));

    [Fact]
    public void A_failed_rendering_leaves_nothing_behind()
    {
        JinjaTemplate template = JinjaTemplate.Parse("{% macro f(x) %}a{{ x.y.z }}{% endmacro %}{{ f(v) }}");
        Assert.Throws<TemplateException>(() => template.Render(Variables("""{"v": 1}""")));
        Assert.Equal("a2", template.Render(Variables("""{"v": {"y": {"z": 2}}}""")));
    }

    [Fact]
    public void A_cancelled_rendering_ends()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Rendered.From("x", options: new JinjaRenderOptions { CancellationToken = source.Token }));
    }

    [Fact]
    public async Task One_template_renders_on_many_threads()
    {
        JinjaTemplate template = JinjaTemplate.Parse("{% macro f(x) %}<{{ x }}>{% endmacro %}{% for i in range(n) %}{{ f(i) }}{% endfor %}");
        string[] outputs = await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(() => template.Render(Variables($$"""{"n": {{n}}}""")))));
        Assert.Equal(Enumerable.Range(0, 64).Select(n => string.Concat(Enumerable.Range(0, n).Select(i => $"<{i}>"))), outputs, StringComparer.Ordinal);
    }

    private static Dictionary<string, JinjaValue> Variables(string json)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(json);
        return Rendered.Variables(document.RootElement.Clone());
    }
}
