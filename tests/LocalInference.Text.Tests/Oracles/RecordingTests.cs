using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalInference.Text.Tests.Oracles;

/// <summary>That the recordings are whole: a comparison over no cases would always succeed.</summary>
public sealed class RecordingTests
{
    [OracleTheory(OracleNeeds.Cases)]
    [InlineData("chat-cases.json", 461)]
    [InlineData("chat-renders.json", 169)]
    [InlineData("grammar-cases.json", 51)]
    [InlineData("jinja-cases.json", 290)]
    [InlineData("schema-pairs.json", 81)]
    public void Every_case_of_the_release_is_recorded(string file, int count)
    {
        using JsonDocument cases = Oracle.Read(file);

        Assert.Equal(count, cases.RootElement.GetArrayLength());
    }

    [OracleFact(OracleNeeds.Templates)]
    public void Every_template_of_the_release_is_there()
    {
        Assert.Equal(70, Oracle.TemplateNames.Count());
        Assert.All(Oracle.TemplateNames, name => Assert.NotEmpty(Oracle.Template(name)));
    }

    [OracleTheory(OracleNeeds.Cases | OracleNeeds.Templates)]
    [InlineData("chat-cases.json")]
    [InlineData("chat-renders.json")]
    public void Recorded_templates_are_known_by_name(string file)
    {
        using JsonDocument cases = Oracle.Read(file);

        string[] used = [.. cases.RootElement.EnumerateArray().Select(c => c.GetProperty("template").GetString()!).Distinct(StringComparer.Ordinal)];

        Assert.Empty(used.Except(Oracle.TemplateNames, StringComparer.Ordinal));
    }

    [OracleFact(OracleNeeds.Cases)]
    public void The_recorder_had_a_fixed_clock()
    {
        using JsonDocument cases = Oracle.Read("chat-cases.json");

        string prompt = cases.RootElement.EnumerateArray().First(c => c.GetProperty("template").GetString() == "openai-gpt-oss-120b").GetProperty("output").GetProperty("prompt").GetString()!;

        Assert.Contains("Current date: 2026-11-21", prompt, StringComparison.Ordinal);
    }

    // Two oracles that know nothing of each other: where they differed, no engine could be right by both.
    [OracleFact(OracleNeeds.Cases | OracleNeeds.Jinja2)]
    public void Python_agrees_with_every_recorded_jinja_case()
    {
        using JsonDocument cases = Oracle.Read("jinja-cases.json");
        JsonElement[] all = [.. cases.RootElement.EnumerateArray()];

        IReadOnlyList<RenderResult> results = PythonOracle.Render(
            [.. all.Select(c => new RenderRequest(c.GetProperty("template").GetString()!, JsonObject.Create(c.GetProperty("variables"))!, Mutable: true))]);

        Assert.Equal(all.Select(c => c.GetProperty("expected").GetString()), results.Select(r => r.Output), StringComparer.Ordinal);
    }
}
