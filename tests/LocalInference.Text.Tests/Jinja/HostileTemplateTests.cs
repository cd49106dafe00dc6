using LocalInference.Text.Tests.Limits;

namespace LocalInference.Text.Tests.Jinja;

public sealed class HostileTemplateTests
{
    private const int Size = 4 << 20;

    // As large as a source may be, so that the parser has to cope.
    private static readonly int s_parsed = JinjaLimits.Default.MaxSourceLength - 100;

    public static TheoryData<string, string, string> Nestings => new()
    {
        { "{{ ", "(", "1" },
        { "{{ ", "[", "1" },
        { "{{ ", "{1:", "1" },
        { "{{ ", "-", "1" },
        { "{{ ", "not ", "1" },
        { "{{ 1", "|d(1", ")" },
        { "{{ a", "|upper", "" },
        { "{{ a", ".b", "" },
        { "{{ a", "[0]", "" },
        { "{{ 1", " - 1", "" },
        { "{{ 1", " ** 1", "" },
        { "{{ a", "(a", "" },
        { "{{ 1 ", "if 1 else 1 ", "" },
        { "", "{% if 1 %}", "" },
        { "", "{% for i in a %}", "" },
        { "", "{% macro m() %}", "" },
        { "", "{% call a() %}", "" },
        { "", "{% filter upper %}", "" },
        { "{% set ", "(", "a" },
        { "{{ a is ", "a(a is ", "b" },
    };

    [Theory]
    [MemberData(nameof(Nestings))]
    public void Deep_nesting_ends_in_an_error(string start, string nested, string end)
    {
        string template = start + string.Concat(Enumerable.Repeat(nested, s_parsed / nested.Length)) + end;
        TemplateException failure = Fails(() => JinjaTemplate.Parse(template));
        Assert.Equal(TemplateErrorKind.Limit, failure.Kind);
    }

    [Theory]
    [InlineData("{{ range(10 ** 12)|list }}")]
    [InlineData("{{ 'x' * 10 ** 9 }}")]
    [InlineData("{{ [1] * 10 ** 9 }}")]
    [InlineData("{{ 2 ** (10 ** 9) }}")]
    [InlineData("{{ '%1000000000s' % 1 }}")]
    [InlineData("{{ '{:1000000000}'.format(1) }}")]
    [InlineData("{{ 'a'|center(10 ** 9) }}")]
    [InlineData("{{ 'a'|indent(10 ** 9) }}")]
    [InlineData("{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s ~ 'y' %}{% endfor %}")]
    [InlineData("{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s|replace('a', 'aa' ~ n.s) %}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{{ range(99999)|sum }}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{{ 99999 in range(99999)|list }}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{% set x = 'abc' * 999999 %}{% endfor %}")]
    [InlineData("{% set x = 'abc ' * 999999 %}{% for a in range(99999) %}{{ x.split()|length }}{% endfor %}")]
    [InlineData("{% set x = 'abc ' * 999999 %}{% for a in range(99999) %}{{ x.find('z') }}{% endfor %}")]
    [InlineData("{% set x = 'abc ' * 999999 %}{% for a in range(99999) %}{{ x == x[:-1] ~ ' ' }}{% endfor %}")]
    [InlineData("{% set x = '😀' * 999999 %}{% for a in range(99999) %}{{ x[5] }}{% endfor %}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}")]
    [InlineData("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set l = [] %}{% set _ = l.append(l) %}{{ l }}")]
    [InlineData("{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}")]
    [InlineData("{% set l = [] %}{% set _ = l.append(l) %}{% set k = [] %}{% set _ = k.append(k) %}{{ l == k }}")]
    [InlineData("{% set l = [1] %}{% for i in l %}{% set _ = l.append(i) %}{% endfor %}")]
    [InlineData("{% set n = namespace(t=()) %}{% for i in range(99999) %}{% set n.t = (n.t,) %}{% endfor %}{{ {n.t: 1} }}")]
    [InlineData("{% set n = namespace(t=()) %}{% for i in range(99999) %}{% set n.t = (n.t,) %}{% endfor %}{{ n.t < n.t }}{{ n.t }}")]
    [InlineData("{% set n = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}{% endfor %}{{ n.a == n.b }}")]
    [InlineData("{% set n = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set n.a = {1: n.a, 2: n.a} %}{% set n.b = {1: n.b, 2: n.b} %}{% endfor %}{{ [n.a].index(n.b) }}")]
    [InlineData("{% set n = namespace(a=(), b=()) %}{% for i in range(60) %}{% set n.a = (n.a, n.a) %}{% set n.b = (n.b, n.b) %}{% endfor %}{{ [n.a, n.b]|sort }}")]
    [InlineData("{% set n = namespace(a=()) %}{% for i in range(60) %}{% set n.a = (n.a, n.a) %}{% endfor %}{{ {n.a: 1} }}")]
    [InlineData("{% set n = namespace(a=()) %}{% for i in range(60) %}{% set n.a = (n.a, n.a) %}{% endfor %}{{ [n.a]|unique|list }}")]
    [InlineData("{% set a = range(99999)|list %}{% set b = range(99999)|list %}{% for i in range(99999) %}{% if a == b %}{% endif %}{% endfor %}")]
    [InlineData("{% set a = ['x' * 999999] * 999 %}{% set b = 'x' * 999998 ~ 'x' %}{% for i in range(999) %}{{ a.count(b) }}{% endfor %}")]
    public void Runaway_rendering_ends_in_an_error(string template) =>
        Assert.Equal(TemplateErrorKind.Limit, Fails(() => Rendered.From(template)).Kind);

    [Theory]
    [InlineData("{{ n.a is lower }}")]
    [InlineData("{{ raise_exception(n.a) }}")]
    [InlineData("{{ [1]|map(n.a)|list }}")]
    public void A_value_that_shares_its_parts_is_not_shown_without_end(string shown)
    {
        JinjaRenderOptions options = new() { Limits = new JinjaLimits { MaxOutputLength = 1 << 20 } };
        string template = "{% set n = namespace(a=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}" + shown;

        Assert.Equal(TemplateErrorKind.Limit, Fails(() => Rendered.From(template, options: options)).Kind);
    }

    [Fact]
    public void Many_named_arguments_are_read_in_linear_time()
    {
        string template = $"{{{{ f({string.Concat(Enumerable.Range(0, 30_000).Select(i => $"a{i}=1,"))}) }}}}";

        TimeSpan taken = ProcessorTime.Of(() => JinjaTemplate.Parse(template));

        Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
    }

    [Fact]
    public void A_large_source_is_refused() =>
        Assert.Equal(TemplateErrorKind.Limit, Fails(() => JinjaTemplate.Parse(new string('x', Size))).Kind);

    [Fact]
    public void The_time_is_bounded()
    {
        JinjaRenderOptions options = new() { Limits = new JinjaLimits { MaxSteps = long.MaxValue, MaxDuration = TimeSpan.FromMilliseconds(50) } };
        TemplateException failure = Fails(() => Rendered.From("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", options: options));
        Assert.Contains("seconds", failure.Message, StringComparison.Ordinal);
    }

    private static TemplateException Fails(Action action)
    {
        TemplateException? failure = null;
        TimeSpan taken = ProcessorTime.Of(() => failure = Assert.Throws<TemplateException>(action));
        Assert.True(taken < ProcessorTime.Bar, $"It took {taken}.");
        return failure!;
    }
}
