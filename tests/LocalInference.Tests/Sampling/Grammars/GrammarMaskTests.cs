using System.Text;
using LocalInference.Conformance.Tests.Grammars;
using LocalInference.TestModels;
using LocalInference.Text;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Tests.Sampling.Grammars;

/// <summary>
/// Along random answers, the tokens that a grammar allows are those that trying each of them finds, and llama.cpp's: by our
/// matcher of texts, which shares nothing with the automaton but the parser, and by libllama's grammar sampler.
/// </summary>
public sealed class GrammarMaskTests(VocabularyFixture vocabularies) : IClassFixture<VocabularyFixture>
{
    private const int Answers = 2;
    private const int Steps = 8;

    private static readonly TestModelSpec[] s_specs = [TestModelSpec.Llama, TestModelSpec.Qwen2];

    public static TheoryData<string> Grammars => new(
        "root ::= \"a\"",
        "root ::= [a-c]{2,3}",
        "root ::= [^a-c\\n]+ # comment\n",
        "root ::= (\n \"a\" |\n \"b\"\n)* c\nc ::= \"\\x41\\u00e9\\U0001F600\"",
        "root ::= . .",
        "root ::= ([x]*)*",
        "root ::= [a-] [\\]\\[] \"\\\"\\\\\\t\"",
        "root ::= \"ñ\" [α-ω]{2,4} \"😀\"",
        "root ::= [^é中-龥]* \"end\"",
        "root ::= [а-я😀-🙏]+ \" \" [^а-я]+",
        "root ::= \"a\" (\"b\" root \"c\" | \"d\")",
        "root ::= (\"yes\" | \"no\" | \"y\" [a-z]*) \"!\"?",
        "root ::= <[5]> (!<[6]>)* <[6]> [a-z]* | \"th\" <[7]>",
        "root ::= [^<]* <[300]> \"x\"",
        JsonSchemaGrammar.Create("{}"),
        JsonSchemaGrammar.Create("""{"type":"object","properties":{"name":{"type":"string","maxLength":9},"age":{"type":"integer","minimum":3,"maximum":117},"tags":{"type":"array","items":{"enum":["é","b\"c",null,2.5]}}},"required":["name","age"]}"""),
        JsonSchemaGrammar.Create("""{"type":"string","format":"date-time"}"""));

    [Theory]
    [MemberData(nameof(Grammars))]
    public void Masks_are_what_trying_each_token_finds(string grammar) => Compare(grammar);

    [OracleTheory(OracleNeeds.Cases)]
    [MemberData(nameof(GrammarCase.Names), MemberType = typeof(GrammarCase))]
    public void Masks_of_llama_cpps_own_grammars_are_what_trying_each_token_finds(int index, string name)
    {
        GrammarCase c = GrammarCase.All[index];
        Assert.Equal(name, c.Name);
        if (c.Builds && GbnfGrammar.Parse(c.Grammar).TokenTexts.Count == 0)
        {
            Compare(c.Grammar);
        }
    }

    [Fact]
    public void An_automaton_that_is_left_for_a_new_one_follows_the_same_texts()
    {
        var grammar = GbnfGrammar.Parse(JsonSchemaGrammar.Create("{}"));
        foreach (string text in new[] { "{\"a\": [1, 2.5e3, \"é中😀\\n\", {}], \"b\": null}", "[[[[true]]]]", "{\"a\": [1, 2}", "nul1" })
        {
            var automaton = new GbnfAutomaton(grammar, []);
            GbnfCursor cursor = automaton.Start;
            var matcher = new GbnfMatcher(grammar);
            foreach (Rune rune in text.EnumerateRunes())
            {
                foreach (byte value in Encoding.UTF8.GetBytes(rune.ToString()))
                {
                    automaton = automaton.Continue(automaton.Follow(cursor, value), out cursor);
                }

                Assert.Equal(matcher.Accept(rune.ToString()), !cursor.IsRefused);
                Assert.Equal(matcher.IsComplete, automaton.IsComplete(cursor));
            }
        }
    }

    private void Compare(string grammar)
    {
        foreach (TestModelSpec spec in s_specs)
        {
            Tokenizer tokenizer = vocabularies.Of(spec);
            for (int answer = 0; answer < Answers; answer++)
            {
                using var walk = new GrammarWalk(grammar, tokenizer, seed: answer);
                for (int step = 0; step < Steps && walk.CompareAndStep(); step++)
                {
                }
            }
        }
    }
}
