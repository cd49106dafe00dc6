using System.Globalization;
using System.Text.Json;
using LocalInference.Text;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>llama.cpp's own grammars, and those that we write for its schemas, allow and refuse the texts that it says.</summary>
public sealed class GrammarCaseTests
{
    [OracleTheory(OracleNeeds.Cases)]
    [MemberData(nameof(GrammarCase.Names), MemberType = typeof(GrammarCase))]
    public void Texts_are_allowed_and_refused_as_llama_cpp_says(int index, string name)
    {
        GrammarCase c = GrammarCase.All[index];
        Assert.Equal(name, c.Name);
        if (!c.Builds)
        {
            Assert.Throws<GrammarException>(() => GbnfGrammar.Parse(c.Grammar));
            return;
        }

        string[] grammars = c.Schema is null ? [c.Grammar] : [c.Grammar, JsonSchemaGrammar.Create(c.Schema)];
        foreach (string grammar in grammars)
        {
            var parsed = GbnfGrammar.Parse(grammar);
            Assert.All(c.Passing, text => Assert.True(Allows(parsed, text), $"{text} is refused by {grammar}"));
            Assert.All(c.Failing, text => Assert.False(Allows(parsed, text), $"{text} is allowed by {grammar}"));
        }
    }

    // As in llama.cpp's test: a character comes as token 0, a token as a text that no grammar means.
    private static bool Allows(GbnfGrammar grammar, JsonElement text)
    {
        var matcher = new GbnfMatcher(grammar);
        foreach (JsonElement part in text.ValueKind == JsonValueKind.Array ? [.. text.EnumerateArray()] : new[] { text })
        {
            bool allowed = part.ValueKind == JsonValueKind.Number
                ? matcher.AcceptToken(part.GetInt32(), string.Create(CultureInfo.InvariantCulture, $"<[{part.GetInt32()}]>"))
                : part.GetString()!.EnumerateRunes().All(rune => matcher.AcceptToken(0, rune.ToString()));
            if (!allowed)
            {
                return false;
            }
        }

        return matcher.IsComplete;
    }
}
