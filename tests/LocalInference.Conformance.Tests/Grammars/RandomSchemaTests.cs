using System.Globalization;
using System.Text.Json.Nodes;
using LocalInference.Text;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>
/// What a strictly read schema's grammar allows, python's jsonschema finds valid; what that finds invalid, the grammar refuses.
/// </summary>
public sealed class RandomSchemaTests(NativeVocabulary vocabulary) : IClassFixture<NativeVocabulary>
{
    private const int Length = 150;

    [PythonSchemaFact]
    public void Drawn_texts_are_valid_and_invalid_ones_are_refused()
    {
        Dice dice = new(2026);
        var generator = new RandomSchema(dice);
        JsonArray requests = [];
        var cases = new List<(string Schema, string Grammar, List<string> Texts)>();
        for (int tried = 0; cases.Count < SampleCount.Schemas; tried++)
        {
            Assert.True(tried < SampleCount.Schemas * 3, "Too many random schemas allow nothing.");
            JsonObject schema = generator.Next();
            if (Write(schema.ToJsonString()) is { } grammar)
            {
                List<string> texts = Texts(grammar, dice);
                cases.Add((schema.ToJsonString(), grammar, texts));
                requests.Add(new JsonObject { ["schema"] = schema, ["texts"] = new JsonArray([.. texts.Select(t => (JsonNode)JsonValue.Create(t))]) });
            }
        }

        JsonArray verdicts = PythonOracle.Run("validate.py", "jsonschema", requests).AsArray();
        int valid = 0;
        int refused = 0;
        for (int i = 0; i < cases.Count; i++)
        {
            (string schema, string grammar, List<string> texts) = cases[i];
            var managed = new ManagedGrammar(grammar);
            using var native = new NativeGrammar(vocabulary, grammar);
            for (int t = 0; t < texts.Count; t++)
            {
                bool allowed = managed.Allows(texts[t]);
                string verdict = verdicts[i]![t]!.GetValue<string>();
                Assert.True(allowed == native.Allows(texts[t]), $"Our matcher says {allowed}, libllama not, to {texts[t]} under {grammar}");
                Assert.True(!allowed || verdict == "valid", $"{verdict}, yet allowed: {texts[t]}\nschema: {schema}\ngrammar:\n{grammar}");
                valid += allowed ? 1 : 0;
                refused += verdict == "invalid" ? 1 : 0;
            }
        }

        string counts = string.Create(CultureInfo.InvariantCulture, $"{valid} allowed, {refused} invalid");
        Assert.True(valid >= cases.Count * SampleCount.TextsOfSchema && refused >= cases.Count, counts);
    }

    // Random combinations can contradict themselves, which is an error of its own.
    private static string? Write(string schema)
    {
        try
        {
            return JsonSchemaGrammar.Create(schema, new JsonSchemaGrammarOptions { Strict = true });
        }
        catch (GrammarException e) when (e.Message.Contains("allows no value", StringComparison.Ordinal) || e.Message.Contains("cannot be combined", StringComparison.Ordinal) || e.Message.Contains("Values cannot be listed", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static List<string> Texts(string grammar, Dice dice)
    {
        var sampler = new GrammarSampler(grammar);
        var texts = new List<string>();
        for (int i = 0; i < SampleCount.TextsOfSchema; i++)
        {
            string text = sampler.Draw(dice, 1 + (Length * i / SampleCount.TextsOfSchema));
            texts.Add(text);
            texts.Add(TextMutation.Of(text, dice));
            texts.Add(ValueMutation.Of(text, dice));
        }

        return texts;
    }
}
