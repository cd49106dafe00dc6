using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalInference.Providers.Tests;

/// <summary>A request as a provider got it.</summary>
internal sealed record RecordedRequest(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Method { get; init; } = "POST";

    /// <summary>The version of HTTP, and the connection's name.</summary>
    public string Connection { get; init; } = "";

    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The key in the headers, whichever way it is sent.</summary>
    public string? Key => Headers.TryGetValue("x-api-key", out string? key) ? key : Headers.GetValueOrDefault("Authorization")?["Bearer ".Length..];

    /// <summary>Compares the body, whatever the order of its fields.</summary>
    public void AssertJson(string expected)
    {
        JsonNode? node = JsonNode.Parse(expected);
        Assert.True(JsonNode.DeepEquals(node, Json), $"expected {node!.ToJsonString(s_indented)}\nactual   {Json.ToJsonString(s_indented)}");
    }

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };
}
