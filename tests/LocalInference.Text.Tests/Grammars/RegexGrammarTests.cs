using System.Text.RegularExpressions;

namespace LocalInference.Text.Tests.Grammars;

public sealed class RegexGrammarTests
{
    private static readonly string[] s_texts =
    [
        "", "a", "b", "ab", "abc", "aab", "aaab", "aaaa", "foo", "foobar", "foobaz", "12", "123", "2026-11-21", "a.b", "a-b", "_x9", " ", "\t", "\n", "x\ny", "é", "😀", "]", "}", "{", "a{2", "\\", "\"", "^", "$", "A", "ß",
    ];

    [Theory]
    [InlineData("abc")]
    [InlineData("a|b|")]
    [InlineData("(a|b)*c?")]
    [InlineData("a{2}b?")]
    [InlineData("a{2,}")]
    [InlineData("(?:a{1,3})b")]
    [InlineData("(?<name>foo)(ba[rz])?")]
    [InlineData(@"\d+")]
    [InlineData(@"[\d-]{10}")]
    [InlineData(@"\w\.\w")]
    [InlineData(@"[^a-c]")]
    [InlineData(@"[\]}]")]
    [InlineData(@"\s")]
    [InlineData(@"[^\s\w]")]
    [InlineData(@"a+?b*?")]
    [InlineData(@"\x61\u0062")]
    [InlineData(@"^foo$")]
    [InlineData(@"^$")]
    [InlineData(@"(a*)*")]
    [InlineData(@"a\{2|\\|\^|\$")]
    public void Texts_match_as_in_dotnet(string pattern)
    {
        var grammar = GbnfGrammar.Parse(RegexGrammar.Create(pattern));
        var regex = new Regex($@"\A(?:{pattern})\z", RegexOptions.ECMAScript, TimeSpan.FromSeconds(1));
        foreach (string text in s_texts)
        {
            var matcher = new GbnfMatcher(grammar);

            // .NET sees halves of surrogate pairs.
            if (!text.Any(char.IsSurrogate))
            {
                Assert.True(regex.IsMatch(text) == (matcher.Accept(text) && matcher.IsComplete), text);
            }
        }
    }

    [Fact]
    public void A_dot_is_a_whole_character_and_no_line_end()
    {
        var matcher = new GbnfMatcher(GbnfGrammar.Parse(RegexGrammar.Create(".")));
        Assert.True(matcher.Accept("😀") && matcher.IsComplete);
        matcher.Reset();
        Assert.False(matcher.Accept("\n"));
    }

    [Theory]
    [InlineData("(?=a)", 1)]
    [InlineData("a(?!b)", 2)]
    [InlineData("(?<=a)b", 1)]
    [InlineData(@"(a)\1", 4)]
    [InlineData(@"(?<n>a)\k<n>", 8)]
    [InlineData(@"a\b", 2)]
    [InlineData("a^b", 2)]
    [InlineData("(a", 1)]
    [InlineData("a)", 2)]
    [InlineData("[a", 1)]
    [InlineData("[z-a]", 2)]
    [InlineData("*a", 1)]
    [InlineData("a**", 3)]
    [InlineData("a{3,2}", 1)]
    [InlineData("a++", 3)]
    [InlineData(@"\", 1)]
    [InlineData(@"\p{L}", 1)]
    [InlineData(@"\u{D800}", 1)]
    [InlineData(@"a[b-\u{dfff}]", 5)]
    [InlineData("(?i)a", 1)]
    public void What_is_no_grammar_is_refused_with_its_column(string pattern, int column)
    {
        GrammarException e = Assert.Throws<GrammarException>(() => RegexGrammar.Create(pattern));

        Assert.Equal($"1:{column}", e.Path);
    }

    [Theory]
    [InlineData("((((a{100}){100}){100}){100}){100}")]
    [InlineData("(((((((((a+)+)+)+)+)+)+)+)+)+$")]
    [InlineData("(a|aa|aaa|a?)*b{0,2000}")]
    [InlineData("(a{0,1000}b{0,1000}){0,1000}")]
    public void Patterns_that_explode_elsewhere_stay_small(string pattern)
    {
        Assert.True(RegexGrammar.Create(pattern).Length < 10_000);
    }

    [Fact]
    public void Nesting_and_length_are_bounded()
    {
        Assert.Throws<GrammarException>(() => RegexGrammar.Create(new string('(', 200_000)));
        Assert.Throws<GrammarException>(() => RegexGrammar.Create(new string('(', 120) + "a" + new string(')', 120)));
        Assert.Throws<GrammarException>(() => RegexGrammar.Create(new string('a', 20_000)));
        Assert.Throws<GrammarException>(() => RegexGrammar.Create("a{100001}"));
    }

    [Fact]
    public void Choices_are_exactly_their_texts()
    {
        var matcher = new GbnfMatcher(GbnfGrammar.Parse(ChoiceGrammar.Create(["yes", "no \"way\"\n", "yes", "é\\"])));
        foreach (string text in new[] { "yes", "no \"way\"\n", "é\\" })
        {
            matcher.Reset();
            Assert.True(matcher.Accept(text) && matcher.IsComplete && !matcher.CanContinue);
        }

        Assert.Throws<GrammarException>(() => ChoiceGrammar.Create([]));
        Assert.Equal("1", Assert.Throws<GrammarException>(() => ChoiceGrammar.Create(["a", ""])).Path);
        Assert.Throws<GrammarException>(() => ChoiceGrammar.Create(["a\0"]));
        Assert.Throws<GrammarException>(() => ChoiceGrammar.Create(["\uD83D"]));
    }
}
