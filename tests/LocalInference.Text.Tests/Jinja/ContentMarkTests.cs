namespace LocalInference.Text.Tests.Jinja;

public sealed class ContentMarkTests
{
    [Theory]
    [InlineData("<s>{{ u }}</s>", "<s>« aB c »</s>")]
    [InlineData("{{ u|trim }}.", "«aB c».")]
    [InlineData("{{ 'x' + u.strip() + 'y' }}", "x«aB c»y")]
    [InlineData("{{ ('x' + u.strip() + 'y')[1:3] }}", "«aB»")]
    [InlineData("{{ ('x' + u.strip())[:2]|upper }}", "X«A»")]
    [InlineData("{{ u.split('B') | join('-') }}", "« a»-« c »")]
    [InlineData("{{ u.strip().replace('B', '<i>') }}", "«a»<i>« c»")]
    [InlineData("{{ u.strip().title() }}", "«Ab C»")]
    [InlineData("{{ [u.strip()]|tojson }}", "[\"«aB c»\"]")]
    [InlineData("{{ [u.strip()] }}", "['«aB c»']")]
    [InlineData("{{ '%s!' % u.strip() }}", "«aB c»!")]
    [InlineData("{{ '{}!'.format(u.strip()) }}", "«aB c»!")]
    [InlineData("{% set x = '<' ~ u.strip() ~ '>' %}{{ x }}", "<«aB c»>")]
    [InlineData("{% set x %}<{{ u.strip() }}>{% endset %}{{ x|capitalize }}", "<«ab c»>")]
    [InlineData("{% macro m(a) %}({{ a|trim }}){% endmacro %}{{ m(u) ~ '.' }}", "(«aB c»).")]
    [InlineData("{% set n = namespace(v='') %}{% for c in u.strip() %}{% set n.v = n.v + c + ',' %}{% endfor %}{{ n.v }}", "«a»,«B»,« »,«c»,")]
    [InlineData("{{ ('x' + u.strip())[::-1] }}", "«c Ba»x")]
    [InlineData("{{ u.strip()|indent(2, true) }}", "  «aB c»")]
    [InlineData("{{ u.strip() * 2 }}|", "«aB caB c»|")]
    [InlineData("{{ u|length }}", "6")]
    [InlineData("{{ u if u == ' aB c ' }}", "« aB c »")]
    [InlineData("{{ u.strip().center(8, '*') }}", "**«aB c»**")]
    public void What_came_from_content_stays_content(string template, string expected) => Assert.Equal(expected, Rendered.Marked(template, """{"u": " aB c "}"""));

    [Fact]
    public void Keys_and_texts_at_every_depth_of_content_are_content() =>
        Assert.Equal("{\"«k»\": [\"«<\\n»\", 1]}", Rendered.Marked("{{ u|tojson }}", """{"u": {"k": ["<\n", 1]}}""".Replace("\n", "\\n", StringComparison.Ordinal)));

    [Fact]
    public void Nothing_has_no_segments() => Assert.Empty(JinjaTemplate.Parse("{{ x }}").RenderMarked(new Dictionary<string, JinjaValue>(StringComparer.Ordinal)).Segments);
}
