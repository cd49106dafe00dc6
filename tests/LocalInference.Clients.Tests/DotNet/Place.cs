using System.Text.Json;

namespace LocalInference.Clients.Tests.DotNet;

/// <summary>What the model is made to answer with.</summary>
internal static class Place
{
    public const string Text = "Hello from the model.";

    public const string Schema = """
        {"type":"object","properties":{"city":{"type":"string","enum":["Oslo","Paris"]},"sunny":{"type":"boolean"}},"required":["city","sunny"],"additionalProperties":false}
        """;

    public static void AssertIs(JsonElement value)
    {
        Assert.Contains(value.GetProperty("city").GetString(), (string[])["Oslo", "Paris"], StringComparer.Ordinal);
        Assert.Contains(value.GetProperty("sunny").ValueKind, (JsonValueKind[])[JsonValueKind.True, JsonValueKind.False]);
        Assert.Equal(2, value.EnumerateObject().Count());
    }
}
