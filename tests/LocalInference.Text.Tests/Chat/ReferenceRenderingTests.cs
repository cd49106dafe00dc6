using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Text.Tests.Chat;

/// <summary>
/// llama.cpp's 70 chat templates over the conversations of <c>conversations.json</c>: the prompt is python jinja2's to the byte, or
/// both fail in the same way.
/// </summary>
public sealed class ReferenceRenderingTests
{
    private static readonly DateTime s_now = new(2026, 11, 21, 8, 30, 0);

    [OracleFact(OracleNeeds.Templates | OracleNeeds.Jinja2)]
    public void Every_template_renders_every_conversation_as_python_does()
    {
        string[] names = [.. Oracle.TemplateNames];
        JsonArray conversations = Conversations.All;
        RenderRequest[] requests = [.. names.SelectMany(name => conversations.Select(c => new RenderRequest(Oracle.Template(name), c!["variables"]!.AsObject(), s_now)))];
        IReadOnlyList<RenderResult> expected = PythonOracle.Render(requests);
        var differences = new StringBuilder();
        int rendered = 0;
        for (int i = 0; i < requests.Length; i++)
        {
            string place = $"{names[i / conversations.Count]}, {conversations[i % conversations.Count]!["name"]}";
            (string? output, TemplateException? error) = Render(requests[i]);
            rendered += output is null ? 0 : 1;
            if (output != expected[i].Output || error?.Kind != expected[i].ErrorKind)
            {
                differences.Append(place).Append(": ").AppendLine(Difference(expected[i], output, error));
            }
        }

        Assert.Equal(70, names.Length);
        Assert.True(differences.Length == 0, differences.ToString());

        // Most are conversations that a template accepts; a comparison of failures alone would show little.
        Assert.True(rendered > requests.Length * 3 / 4, $"Only {rendered} of {requests.Length} rendered.");
    }

    private static (string? Output, TemplateException? Error) Render(RenderRequest request)
    {
        var variables = new Dictionary<string, JinjaValue>(StringComparer.Ordinal);
        using JsonDocument document = JsonDocument.Parse(request.Variables.ToJsonString());
        foreach (JsonProperty variable in document.RootElement.EnumerateObject())
        {
            variables[variable.Name] = JinjaValue.FromJson(variable.Value, isContent: true);
        }

        try
        {
            string output = JinjaTemplate.Parse(request.Template).Render(variables, new JinjaRenderOptions { Now = new DateTimeOffset(s_now, TimeSpan.Zero), AllowMutation = false });
            return (output, null);
        }
        catch (TemplateException e)
        {
            return (null, e);
        }
    }

    private static string Difference(RenderResult expected, string? output, TemplateException? error)
    {
        if (expected.Output is null || output is null)
        {
            return $"python {Describe(expected.Output, $"{expected.ErrorKind}: {expected.ErrorMessage}")}, here {Describe(output, $"{error?.Kind}: {error?.Message}")}";
        }

        int place = expected.Output.AsSpan().CommonPrefixLength(output);
        return $"at {place}: python …{Around(expected.Output, place)}…, here …{Around(output, place)}…";
    }

    private static string Describe(string? output, string error) => output is null ? $"fails ({error})" : $"renders {output.Length} characters";

    private static string Around(string text, int place) =>
        JsonSerializer.Serialize(text[Math.Max(0, place - 20)..Math.Min(text.Length, place + 40)]);
}
