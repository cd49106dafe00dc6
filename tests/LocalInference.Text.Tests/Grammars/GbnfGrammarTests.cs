namespace LocalInference.Text.Tests.Grammars;

public sealed class GbnfGrammarTests
{
    [Theory]
    [InlineData("root ::= \"a\"", "a", "b")]
    [InlineData("root ::= [a-c]{2,3}", "abc", "abcd")]
    [InlineData("root ::= [^a-c\\n]+ # comment\n", "xyz", "xa")]
    [InlineData("root ::= (\n \"a\" |\n \"b\"\n)* c\nc ::= \"\\x41\\u00e9\\U0001F600\"", "abAé😀", "abAé")]
    [InlineData("root ::= a\r\na ::= . .", "😀é", "😀")]
    [InlineData("root ::= ([x]*)*", "xx", "y")]
    [InlineData("root ::= \"\"", "", "a")]
    [InlineData("root ::= [a-] [\\]\\[] \"\\\"\\\\\\t\"", "-]\"\\\t", "b]\"\\\t")]
    public void Texts_are_followed_exactly(string grammar, string allowed, string refused)
    {
        Assert.True(Allows(grammar, allowed));
        Assert.False(Allows(grammar, refused));
    }

    [Theory]
    [InlineData("", "1:1")]
    [InlineData("a ::= \"b\"", "1:1")]
    [InlineData("root ::= missing", "1:10")]
    [InlineData("root ::= \"a\"\nb ::= [a", "2:9")]
    [InlineData("root ::= \"a\" )", "1:14")]
    [InlineData("root ::= (\"a\"", "1:14")]
    [InlineData("root = \"a\"", "1:6")]
    [InlineData("root ::= *", "1:10")]
    [InlineData("root ::= \"\"*", "1:12")]
    [InlineData("root ::= \"\\q\"", "1:11")]
    [InlineData("root ::= \"\\x4\"", "1:11")]
    [InlineData("root ::= []", "1:10")]
    [InlineData("root ::= \"a\"{3,2}", "1:13")]
    [InlineData("root ::= \"a\"{2001}", "1:13")]
    [InlineData("root ::= (\"a\" \"b\"?){1000} (\"c\" (\"d\" \"e\"?)?){1000}", "1:44")]
    [InlineData("root ::= \"a\"\0", "1:13")]
    [InlineData("root ::= <a", "1:10")]
    [InlineData("root ::= <[1>", "1:13")]
    [InlineData("root ::= !x", "1:11")]
    [InlineData("root ::= \"a\" | root \"b\"", "1:1")]
    [InlineData("root ::= x\nx ::= y \"b\"\ny ::= (\"c\" | ) x", "2:7")]
    public void What_is_wrong_is_named_with_its_place(string grammar, string place)
    {
        GrammarException e = Assert.Throws<GrammarException>(() => GbnfGrammar.Parse(grammar));

        Assert.Equal(place, e.Path);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_no_character() =>
        Assert.Equal("1:11", Assert.Throws<GrammarException>(() => GbnfGrammar.Parse("root ::= \"\uD800\"")).Path);

    [Fact]
    public void A_loop_that_llama_cpp_does_not_see_is_found()
    {
        // b can be nothing only through c: llama.cpp looks one rule far, accepts this, and stacks up "x" until memory ends.
        GrammarException e = Assert.Throws<GrammarException>(() => GbnfGrammar.Parse("root ::= b root \"x\" | \"z\"\nb ::= c\nc ::= \"y\"?"));

        Assert.Contains("left recursion", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Grammars_that_would_keep_llama_cpp_busy_or_overflow_it_are_refused_fast()
    {
        string doubling = "root ::= r0\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"r{i} ::= r{i + 1} | r{i + 1} \"x\"\n")) + "r60 ::= \"a\"";
        string nested = "root ::= " + new string('(', 501) + "\"a\"" + new string(')', 501);
        string large = "root ::= " + string.Concat(Enumerable.Repeat($"\"{new string('a', 1000)}\"{{2000}} ", 10));
        string huge = "root ::= \"" + new string('a', 262_144) + "\"";
        Assert.All(new[] { doubling, nested, large, huge }, grammar => Assert.Throws<GrammarException>(() => GbnfGrammar.Parse(grammar)));
    }

    [Fact]
    public void Tokens_are_read_by_number_and_by_text()
    {
        var grammar = GbnfGrammar.Parse("root ::= <think> (!</think>)* </think> <[7]>");

        Assert.Equal(["<think>", "</think>"], grammar.TokenTexts);
        var matcher = new GbnfMatcher(grammar);
        Assert.True(matcher.AcceptToken(1, "<think>"));
        Assert.True(matcher.AcceptToken(2, "hm"));
        Assert.False(matcher.IsComplete);
        Assert.True(matcher.AcceptToken(3, "</think>"));
        Assert.True(matcher.AcceptToken(7, "x"));
        Assert.True(matcher.IsComplete);
        Assert.False(matcher.AcceptToken(7, "x"));
        Assert.True(matcher.IsRefused);
    }

    [Fact]
    public void A_matcher_takes_text_in_any_pieces_and_begins_again()
    {
        var matcher = new GbnfMatcher(GbnfGrammar.Parse("root ::= \"a😀\" [0-9]+"));
        foreach (char c in "a😀1")
        {
            Assert.True(matcher.Accept([c]));
        }

        Assert.True(matcher is { IsComplete: true, CanContinue: true });
        Assert.False(matcher.Accept("x"));
        Assert.False(matcher.Accept("1"));
        matcher.Reset();
        Assert.True(matcher.Accept("a"));
    }

    [Theory]
    [InlineData("root ::= (\"a\" | \"a\" \"a\")*")]
    [InlineData("root ::= x x x\nx ::= \"a\"* \"a\"*")]
    public void Readings_that_go_on_alike_are_one(string grammar)
    {
        var matcher = new GbnfMatcher(GbnfGrammar.Parse(grammar));

        for (int i = 0; i < 1000; i++)
        {
            Assert.True(matcher.Accept("a"));
            Assert.InRange(matcher.NextElements.Count(), 1, 8);
        }
    }

    [Fact]
    public void Ambiguity_is_bounded()
    {
        // What has to close is open to choice for each character, so the readings double with it.
        var matcher = new GbnfMatcher(GbnfGrammar.Parse("root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"a\""));
        int accepted = 0;

        GrammarException e = Assert.Throws<GrammarException>(() =>
        {
            for (; accepted < 60; accepted++)
            {
                Assert.True(matcher.Accept("a"));
                Assert.InRange(matcher.NextElements.Count(), 1 << accepted, 50_000);
            }
        });

        Assert.Contains("more than 50000 ways", e.Message, StringComparison.Ordinal);
        Assert.InRange(accepted, 10, 16);
    }

    private static bool Allows(string grammar, string text)
    {
        var matcher = new GbnfMatcher(GbnfGrammar.Parse(grammar));
        return matcher.Accept(text) && matcher.IsComplete;
    }
}
