namespace LocalInference.Text.Tests.GoTemplates;

/// <summary>The language of Go's package text/template; each expectation follows from that package's documentation.</summary>
public sealed class GoLanguageTests
{
    [Theory]
    [InlineData("a {{- 1 -}} b", "a1b")]
    [InlineData("a {{-3}} b", "a -3 b")]
    [InlineData("a\n\t{{- /* a comment */ -}}\n b", "ab")]
    [InlineData("a {{/* one */}} b", "a  b")]
    [InlineData("{{ \"a\\tb\\u00e9\\x41\\101\" }}", "a\tbéAA")]
    [InlineData("{{ `raw \\n` }}", "raw \\n")]
    [InlineData("{{ 'a' }} {{ 0x1F }} {{ 1_000 }} {{ 1.50 }} {{ 1e21 }} {{ 1e-7 }} {{ true }}", "97 31 1000 1.5 1e+21 1e-07 true")]
    public void Text_and_literals(string template, string expected) => Assert.Equal(expected, GoRendering.Evaluate(template));

    [Theory]
    [InlineData("{{ if 0 }}a{{ else if \"\" }}b{{ else }}c{{ end }}", "c")]
    [InlineData("{{ if nil }}a{{ else if 1 }}b{{ else }}c{{ end }}", "b")]
    [InlineData("{{ if and 1 0 }}a{{ end }}{{ if or 0 2 }}b{{ end }}{{ if not 0 }}c{{ end }}", "bc")]
    [InlineData("{{ and 1 2 }} {{ or 0 \"x\" }} {{ and 0 (index nil 1) }} {{ or 1 (len 5) }}", "2 x 0 1")]
    [InlineData("{{ with \"x\" }}{{ . }}{{ else }}y{{ end }}{{ with \"\" }}a{{ else with \"z\" }}{{ . }}{{ end }}", "xz")]
    public void Conditions(string template, string expected) => Assert.Equal(expected, GoRendering.Evaluate(template));

    [Theory]
    [InlineData("{{ eq 1 2 1 }} {{ ne \"a\" \"b\" }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt \"b\" \"a\" }} {{ ge 1.5 2.5 }} {{ eq nil nil }} {{ eq nil 1 }}", "true true true true true false true false")]
    [InlineData("{{ len \"é\" }} {{ slice \"héllo\" 1 3 }} {{ slice \"abc\" 1 }} {{ index \"a\" 0 }}", "2 é bc 97")]
    [InlineData("{{ printf \"%d|%s|%v|%q|%5d|%-3d|%05.1f|%x|%%|%t|%c\" 7 \"s\" 1.5 \"q\\\"\" 42 7 3.14159 255 true 65 }}", "7|s|1.5|\"q\\\"\"|   42|7  |003.1|ff|%|true|A")]
    [InlineData("{{ print 1 2 \"a\" 3 }}|{{ println \"a\" 1 }}|{{ \"<a>\" | html }}", "1 2a3|a 1\n|&lt;a&gt;")]
    [InlineData("{{ \"x\" | printf \"%s-%s\" \"y\" | printf \"%q\" }}", "\"y-x\"")]
    [InlineData("{{ json \"<é>\\n\" }} {{ json nil }} {{ json 1.0 }} {{ json .Messages }}", "\"\\u003cé\\u003e\\n\" null 1 []")]
    [InlineData("{{ currentDate }} {{ yesterdayDate }}", "2026-11-21 2026-11-20")]
    public void Functions(string template, string expected) => Assert.Equal(expected, GoRendering.Evaluate(template));

    [Theory]
    [InlineData("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21")]
    [InlineData("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2")]
    [InlineData("{{ if $x := 5 }}{{ $x }}{{ end }}{{ with $y := 6 }}{{ $y }}{{ . }}{{ end }}", "566")]
    [InlineData("{{ range $i, $e := 4 }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ if eq $i 3 }}{{ break }}{{ end }}{{ $e }}{{ end }}", "02")]
    [InlineData("{{ range .Messages }}x{{ else }}none{{ end }}", "none")]
    [InlineData("{{ $sum := \"\" }}{{ range 3 }}{{ $sum = printf \"%s%d\" $sum . }}{{ end }}{{ $sum }}", "012")]
    [InlineData("{{ define \"t\" }}[{{ . }}{{ $ }}]{{ end }}{{ template \"t\" 1 }}{{ block \"b\" 2 }}({{ . }}){{ end }}", "[11](2)")]
    public void Variables_loops_and_templates(string template, string expected) => Assert.Equal(expected, GoRendering.Evaluate(template));

    [Theory]
    [InlineData("{{ .Missing }}", "<no value>")]
    [InlineData("{{ if .Missing }}a{{ else }}b{{ end }}", "b")]
    [InlineData("{{ range .Missing }}a{{ end }}", "")]
    public void What_the_data_does_not_have_is_no_value(string template, string expected) => Assert.Equal(expected, GoRendering.Evaluate(template));
}
