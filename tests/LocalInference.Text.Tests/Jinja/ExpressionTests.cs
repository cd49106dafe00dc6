namespace LocalInference.Text.Tests.Jinja;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("7 // 2", "3")]
    [InlineData("-7 // 2", "-4")]
    [InlineData("-7 % 3", "2")]
    [InlineData("7 % -3", "-2")]
    [InlineData("-7.5 % 2", "0.5")]
    [InlineData("7 / 2", "3.5")]
    [InlineData("4 / 2", "2.0")]
    [InlineData("2 ** 10", "1024")]
    [InlineData("2 ** 100", "1267650600228229401496703205376")]
    [InlineData("2 ** -1", "0.5")]
    [InlineData("-2 ** 2", "4")]
    [InlineData("9223372036854775807 + 1", "9223372036854775808")]
    [InlineData("-9223372036854775808 - 1", "-9223372036854775809")]
    [InlineData("(2 ** 64) // 3", "6148914691236517205")]
    [InlineData("1e16", "1e+16")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("true + 1", "2")]
    [InlineData("0x1F + 0b11 + 0o17 + 1_000", "1049")]
    public void Arithmetic_is_pythons(string expression, string expected) => Assert.Equal(expected, Rendered.From($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("1 < 2 < 3", "True")]
    [InlineData("1 < 3 < 2", "False")]
    [InlineData("1 == 1.0 == true", "True")]
    [InlineData("'a' < 'b'", "True")]
    [InlineData("[1, 2] < [1, 3]", "True")]
    [InlineData("'\U0001F600' > '\uFFFD'", "True")]
    [InlineData("1 in [1, 2] and 3 not in [1, 2]", "True")]
    [InlineData("'' or 'b'", "b")]
    [InlineData("0 and 'b'", "0")]
    [InlineData("not '' and not none", "True")]
    [InlineData("x is defined", "False")]
    [InlineData("{'a': 1} is mapping", "True")]
    [InlineData("'a' if false", "")]
    public void Comparisons_and_logic_are_pythons(string expression, string expected) => Assert.Equal(expected, Rendered.From($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("['it\\'s', \"q\\\"\", 'a\\n', none, true, 1.0]", "[\"it's\", 'q\"', 'a\\n', None, True, 1.0]")]
    [InlineData("(1,)", "(1,)")]
    [InlineData("()", "()")]
    [InlineData("{'a': [1, (2, 3)], 1: {}}", "{'a': [1, (2, 3)], 1: {}}")]
    [InlineData("{'b': 1}.items()", "dict_items([('b', 1)])")]
    [InlineData("range(1, 9, 2)", "range(1, 9, 2)")]
    [InlineData("['é', '\\u200b', '\\x7f']", "['é', '\\u200b', '\\x7f']")]
    public void Values_are_shown_as_python_shows_them(string expression, string expected) => Assert.Equal(expected, Rendered.From($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("'😀x'|length", "2")]
    [InlineData("'a😀x'[1]", "😀")]
    [InlineData("'a😀x'[::-1]", "x😀a")]
    [InlineData("'a😀x'[1:2]", "😀")]
    [InlineData("'a😀x'.find('x')", "2")]
    [InlineData("'😀'.center(3, '*')", "*😀*")]
    public void Texts_count_characters_not_code_units(string expression, string expected) => Assert.Equal(expected, Rendered.From($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("'%s is %05.1f|%-4d|%x' % ('a', 2.25, 7, 255)", "a is 002.2|7   |ff")]
    [InlineData("'%(a)s' % {'a': 1}", "1")]
    [InlineData("'{0}-{b[x]:>4}|{1:,}|{1:.1f}'.format(1, 12345, b={'x': 'y'})", "1-   y|12,345|12345.0")]
    [InlineData("'{!r:^7}'.format('a')", "  'a'  ")]
    [InlineData("'%d%%' % 5", "5%")]
    [InlineData("'%s, %s!'|format('Hi', 'you')", "Hi, you!")]
    public void Formats_are_pythons(string expression, string expected) => Assert.Equal(expected, Rendered.From($"{{{{ {expression} }}}}"));

    [Fact]
    public void A_methods_name_hides_the_items_of_that_name_only_behind_a_point() =>
        Assert.Equal("False 5 5", Rendered.From("{{ d.items == 5 }} {{ d['items'] }} {{ d.get('items') }}", """{"d": {"items": 5}}"""));

    [Fact]
    public void Markup_escapes_what_is_added_to_it() =>
        Assert.Equal("&lt;<b> <<b>", Rendered.From("{{ '<' + ('<b>'|safe) }} {{ '<' ~ ('<b>'|safe) }}"));

    [Fact]
    public void Large_integers_of_json_stay_exact() =>
        Assert.Equal("123456789012345678901234567890 1.0 100000.0 [1e+16]", Rendered.From("{{ a|tojson }} {{ b }} {{ c }} {{ [d] }}", """{"a": 123456789012345678901234567890, "b": 1.0, "c": 1e5, "d": 1e16}"""));
}
