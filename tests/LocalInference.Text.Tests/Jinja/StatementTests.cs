namespace LocalInference.Text.Tests.Jinja;

public sealed class StatementTests
{
    [Theory]
    [InlineData("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}", "21")]
    [InlineData("{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}", "2")]
    [InlineData("{% if false %}{% set a = 2 %}{% endif %}{{ a }}", "outside")]
    [InlineData("{{ a }}{% set a = 2 %}{{ a }}", "outside2")]
    [InlineData("{% macro f() %}{{ y }}{% endmacro %}{% set y = 1 %}{{ f() }}{% set y = 2 %}{{ f() }}", "12")]
    [InlineData("{% for i in [1, 2] %}{{ z }}{% set z = i %}{{ z }}{% endfor %}", "12")]
    [InlineData("{% set n = namespace(c=0) %}{% for i in [1, 2] %}{% set n.c = n.c + i %}{% endfor %}{{ n.c }}", "3")]
    [InlineData("{% with b = 1, c = a %}{{ b }}{{ c }}{% set a = 3 %}{% endwith %}{{ a }}", "1outsideoutside")]
    [InlineData("{% set b %}x{{ a }}{% endset %}{{ b|upper }}", "XOUTSIDE")]
    [InlineData("{% set b | upper | replace('X', '-') %}x{% endset %}{{ b }}", "-")]
    [InlineData("{% generation %}{% set a = 1 %}{{ a }}{% endgeneration %}{{ a }}", "1outside")]
    [InlineData("{% filter upper %}{{ a }}{% endfilter %}", "OUTSIDE")]
    [InlineData("{% for a in [1] %}{% endfor %}{{ a }}", "outside")]
    public void Scopes_are_jinjas(string template, string expected) => Assert.Equal(expected, Rendered.From(template, """{"a": "outside"}"""));

    [Theory]
    [InlineData("{% for i in [1, 2, 3] %}{{ loop.index }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }} {% endfor %}", "12TrueFalse 21FalseFalse 30FalseTrue ")]
    [InlineData("{% for i in [1, 2, 3] %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }} {% endfor %}", "<1>2 1<2>3 2<3> ")]
    [InlineData("{% for i in [1, 2, 3, 4] if i % 2 == 0 %}{{ loop.index }}:{{ i }}{{ loop.last }} {% endfor %}", "1:2False 2:4True ")]
    [InlineData("{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{{ loop.cycle('a', 'b') }}{% endfor %}", "TrueaFalsebTruea")]
    [InlineData("{% for i in [] %}x{% else %}none{% endfor %}", "none")]
    [InlineData("{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "13")]
    [InlineData("{% for i in [1, 2, 3] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "1")]
    [InlineData("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% if not loop.last %},{% endif %}{% endfor %}", "a1,b2")]
    [InlineData("{% for i in t recursive %}{{ i.n }}{{ loop.depth }}{% if i.c %}({{ loop(i.c) }}){% endif %}{% endfor %}", "a1(b2(c3))d1")]
    [InlineData("{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "123")]
    [InlineData("{% set l = [1, 2]|map('string') %}{{ l|join }}|{{ l|join }}", "12|")]
    [InlineData("{% for x in 'ab' %}{% for y in 'cd' %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}", "121122")]
    public void Loops_are_jinjas(string template, string expected) =>
        Assert.Equal(expected, Rendered.From(template, """{"t": [{"n": "a", "c": [{"n": "b", "c": [{"n": "c"}]}]}, {"n": "d"}]}"""));

    [Theory]
    [InlineData("{% macro f(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }} {{ f(1, c=3) }} {{ f(b=0, a=5) }}", "121 123 505")]
    [InlineData("{% macro f(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, x=3) }}", "1(2,){'x': 3}")]
    [InlineData("{% macro f() %}[{{ caller(1) }}]{% endmacro %}{% call(n) f() %}{{ n }}{% endcall %}", "[1]")]
    [InlineData("{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "3210")]
    [InlineData("{% macro f(a) %}{{ a is defined }}{% endmacro %}{{ f() }}{{ f(none) }}", "FalseTrue")]
    [InlineData("{% macro f() %}x{% endmacro %}{{ f()|upper ~ f.name }}", "Xf")]
    public void Macros_are_jinjas(string template, string expected) => Assert.Equal(expected, Rendered.From(template));

    [Theory]
    [InlineData("a\n  {% if true %}\n  b\n  {%- endif %}\nc", "a\n  bc")]
    [InlineData("  {{- 1 }}  {{ 2 -}}  x", "1  2x")]
    [InlineData("a {%- raw %} {{ x }} {% endraw -%}  b", "a {{ x }} b")]
    [InlineData("  {#- c -#}  \n x", "x")]
    [InlineData("  {%+ if true %}x{% endif +%}\ny", "  x\ny")]
    [InlineData("a\r\nb\n\n", "a\nb\n")]
    [InlineData("{{ '}}' }}{{ {'a': {'b': 1}}.a.b }}", "}}1")]
    public void Whitespace_is_jinjas(string template, string expected) => Assert.Equal(expected, Rendered.From(template));

    [Theory]
    [InlineData("%d %b %Y", "21 Nov 2026")]
    [InlineData("%Y-%m-%d %H:%M:%S %p", "2026-11-21 07:05:09 AM")]
    [InlineData("%A %-d %j %U %V %%", "Saturday 21 325 46 47 %")]
    public void The_clock_is_the_options(string format, string expected) => Assert.Equal(expected, Rendered.From($"{{{{ strftime_now('{format}') }}}}"));

    [Fact]
    public void Lists_change_unless_that_is_not_allowed()
    {
        const string Template = "{% set l = [1] %}{% set _ = l.append(2) %}{{ l.pop(0) }}{{ l }}";
        Assert.Equal("1[2]", Rendered.From(Template));
        Assert.Equal(TemplateErrorKind.Runtime, Rendered.Failure(Template, options: new JinjaRenderOptions { AllowMutation = false }).Kind);
    }

    [Fact]
    public void What_the_application_passed_in_never_changes() =>
        Assert.Equal(TemplateErrorKind.Runtime, Rendered.Failure("{{ a.append(1) }}", """{"a": []}""").Kind);
}
