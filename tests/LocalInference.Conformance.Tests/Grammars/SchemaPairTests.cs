using LocalInference.Text;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>
/// The grammars that we write for llama.cpp's own schemas allow the same texts as those it writes: texts drawn from either, and
/// texts changed a little, are tried in both, by our matcher and by libllama's sampler.
/// </summary>
public sealed class SchemaPairTests(NativeVocabulary vocabulary) : IClassFixture<NativeVocabulary>
{
    private const int Length = 120;

    [OracleTheory(OracleNeeds.Cases)]
    [MemberData(nameof(SchemaPair.Names), MemberType = typeof(SchemaPair))]
    public void The_language_is_llama_cpps(string name)
    {
        foreach (SchemaPair pair in SchemaPair.All.Where(p => p.Name == name))
        {
            if (pair.Expected is null)
            {
                Assert.Throws<GrammarException>(() => JsonSchemaGrammar.Create(pair.Schema));
                Assert.Throws<GrammarException>(() => JsonSchemaGrammar.Create(pair.Schema, new() { Strict = true }));
            }
            else
            {
                Compare(pair);
            }
        }
    }

    private void Compare(SchemaPair pair)
    {
        string ours = JsonSchemaGrammar.Create(pair.Schema);
        string expected = Deviation.Expected(pair);
        var oursManaged = new ManagedGrammar(ours);
        var expectedManaged = new ManagedGrammar(expected);
        using var oursNative = new NativeGrammar(vocabulary, ours);
        using var expectedNative = new NativeGrammar(vocabulary, expected);
        int allowed = 0;
        foreach (string text in Texts(ours, expected))
        {
            bool byUs = oursManaged.Allows(text);
            bool byThem = expectedManaged.Allows(text);
            Assert.True(byUs == oursNative.Allows(text), $"Our matcher says {byUs}, libllama not, to {text} under {ours}");
            Assert.True(byThem == expectedNative.Allows(text), $"Our matcher says {byThem}, libllama not, to {text} under {expected}");
            bool excused = byThem ? Deviation.OursMayRefuse(pair, text) : Deviation.OursMayAllow(pair, text);
            Assert.True(byUs == byThem || excused, $"{text} is {(byUs ? "" : "not ")}allowed by ours:\n{ours}\nbut by llama.cpp's it is{(byThem ? "" : " not")}:\n{expected}");
            allowed += byUs ? 1 : 0;
        }

        Assert.True(allowed > 0, ours);
    }

    private static IEnumerable<string> Texts(string ours, string expected)
    {
        Dice dice = new(1);
        GrammarSampler[] samplers = [new(ours), new(expected)];
        for (int i = 0; i < SampleCount.Texts; i++)
        {
            foreach (GrammarSampler sampler in samplers)
            {
                string text = sampler.Draw(dice, 1 + (Length * i / SampleCount.Texts));
                yield return text;
                yield return TextMutation.Of(text, dice);
            }
        }
    }
}
