using LocalInference.Text.GoTemplates;
using LocalInference.Text.Tests.Limits;

namespace LocalInference.Text.Tests.GoTemplates;

public sealed class GoErrorTests
{
    [Theory]
    [InlineData("a\n {{ if }}", 2, 8)]
    [InlineData("{{ if 1 }}a", 1, 12)]
    [InlineData("{{ end }}", 1, 4)]
    [InlineData("{{ nothing 1 }}", 1, 4)]
    [InlineData("{{ $x }}", 1, 4)]
    [InlineData("{{ $x = 1 }}", 1, 4)]
    [InlineData("{{ \"a }}", 1, 4)]
    [InlineData("{{ break }}", 1, 4)]
    [InlineData("{{ 1", 1, 1)]
    [InlineData("{{/* a", 1, 1)]
    [InlineData("{{ 1a }}", 1, 4)]
    [InlineData("{{ (1 }}", 1, 7)]
    [InlineData("{{ 1 | 2 }}", 1, 8)]
    [InlineData("{{ # }}", 1, 4)]
    [InlineData("{{ if 1 }}{{ else with 1 }}{{ end }}", 1, 19)]
    [InlineData("{{ if 1 }}{{ define \"a\" }}{{ end }}{{ end }}", 1, 14)]
    public void A_template_that_does_not_parse_says_where(string template, int line, int column)
    {
        TemplateException e = Assert.Throws<TemplateException>(() => GoTemplate.Parse(template, "name"));

        Assert.Equal((TemplateErrorKind.Syntax, "name", line, column), (e.Kind, e.Template, e.Line, e.Column));
    }

    [Theory]
    [InlineData("{{ index .Messages 0 }}", 4)]
    [InlineData("{{ index \"a\" -1 }}", 4)]
    [InlineData("{{ slice \"abc\" 2 1 }}", 4)]
    [InlineData("{{ len 5 }}", 4)]
    [InlineData("{{ eq 1 \"a\" }}", 4)]
    [InlineData("{{ lt true false }}", 4)]
    [InlineData("{{ printf \"%d\" \"a\" }}", 4)]
    [InlineData("{{ printf \"%d\" }}", 4)]
    [InlineData("{{ range \"a\" }}{{ end }}", 1)]
    [InlineData("{{ $.Missing.Field }}", 4)]
    [InlineData("{{ .Messages 1 }}", 4)]
    [InlineData("{{ template \"missing\" }}", 1)]
    public void A_value_that_does_not_fit_says_where(string template, int column)
    {
        TemplateException e = Assert.Throws<TemplateException>(() => GoRendering.Evaluate(template.Insert(0, "\n")));

        Assert.Equal((TemplateErrorKind.Runtime, 2, column), (e.Kind, e.Line, e.Column));
    }

    [Fact]
    public void A_field_that_messages_do_not_have_is_named()
    {
        TemplateException e = Assert.Throws<TemplateException>(() => GoRendering.Render("{{ range .Messages }}{{ .Colour }}{{ end }}", GoRendering.Message("user", "secret")));

        Assert.Contains("Colour", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Hostile =>
    [
        string.Concat(Enumerable.Repeat("{{ if 1 }}", 400_000)),
        "{{ " + new string('(', 4_000_000),
        string.Concat(Enumerable.Repeat("{{ if 0 }}{{ else }}", 50_000)),
        "{{ if 0 }}" + string.Concat(Enumerable.Repeat("{{ else if 0 }}", 60_000)),
        "{{ range 1000000000000 }}{{ end }}",
        "{{ range 100000 }}{{ range 100000 }}x{{ end }}{{ end }}",
        "{{ $x := \"xxxxxxxx\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}{{ $x }}",
        "{{ $x := \"x\" }}{{ range 24 }}{{ $x = print $x $x }}{{ end }}{{ range 1000 }}{{ $x }}{{ end }}",
        "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
        "{{ define \"a\" }}{{ template \"b\" }}{{ template \"b\" }}{{ end }}{{ define \"b\" }}{{ range 100000 }}{{ range 1000 }}{{ end }}{{ end }}{{ end }}{{ template \"a\" }}",
        "{{ printf \"%999999999d\" 1 }}",
        string.Concat(Enumerable.Repeat("{{ .A }}", 500_000)),
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_template_ends_at_a_limit_within_a_second(string template)
    {
        TemplateException? e = null;

        TimeSpan taken = ProcessorTime.Of(() => e = Assert.Throws<TemplateException>(() => GoRendering.Evaluate(template)));

        Assert.Equal(TemplateErrorKind.Limit, e!.Kind);
        Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
    }
}
