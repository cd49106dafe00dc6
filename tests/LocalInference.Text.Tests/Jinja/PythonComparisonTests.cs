using System.Text.Json.Nodes;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Text.Tests.Jinja;

/// <summary>Templates made by chance, rendered by python's jinja2 and here.</summary>
public sealed class PythonComparisonTests
{
    private const int Count = 1500;

    [OracleTheory(OracleNeeds.Jinja2)]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_templates_render_as_in_python(int seed)
    {
        RandomTemplate random = new(seed);
        string[] templates = [.. Enumerable.Range(0, Count).Select(_ => random.Next())];
        JsonObject variables = JsonNode.Parse(RandomTemplate.Variables)!.AsObject();

        IReadOnlyList<RenderResult> expected = PythonOracle.Render([.. templates.Select(template => new RenderRequest(template, variables))]);

        List<string> differences = [];
        for (int i = 0; i < Count; i++)
        {
            string? actual = Render(templates[i], out string error);
            // Python has complex numbers, which no template needs.
            bool isComplex = error.StartsWith("Complex numbers", StringComparison.Ordinal);
            if (!isComplex && !string.Equals(actual, expected[i].Output, StringComparison.Ordinal))
            {
                differences.Add($"{templates[i]}\n  python: {expected[i].Output ?? expected[i].ErrorMessage}\n  here:   {actual ?? error}");
            }
        }

        // Most of what chance makes fails; enough must not, or nothing would be compared.
        Assert.True(expected.Count(result => result.Output is not null) > Count / 20);
        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join('\n', differences.Take(10))}");
    }

    private static string? Render(string template, out string error)
    {
        try
        {
            error = "";
            return Rendered.From(template, RandomTemplate.Variables, new JinjaRenderOptions { AllowMutation = false });
        }
        catch (TemplateException failure)
        {
            error = failure.Message;
            return null;
        }
    }
}
