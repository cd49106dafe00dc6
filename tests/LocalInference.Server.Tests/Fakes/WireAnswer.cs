using System.Net;
using System.Text.Json;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>A whole response.</summary>
internal sealed record WireAnswer(HttpStatusCode Status, string? ContentType, string Body, HttpResponseMessage Message)
{
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>The objects of an NDJSON stream; each line is one, and each ends in a line feed.</summary>
    public IReadOnlyList<JsonElement> Lines
    {
        get
        {
            Assert.EndsWith("\n", Body, StringComparison.Ordinal);
            return [.. Body[..^1].Split('\n').Select(static line => JsonElement.Parse(line))];
        }
    }

    /// <summary>The data of server-sent events.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            Assert.EndsWith("\n\n", Body, StringComparison.Ordinal);
            return [.. Body[..^2].Split("\n\n").Select(static e => e.Split('\n').Single(static line => line.StartsWith("data: ", StringComparison.Ordinal))[6..])];
        }
    }

    /// <summary>Server-sent events with names, and their data.</summary>
    public IReadOnlyList<(string Name, JsonElement Data)> NamedEvents
    {
        get
        {
            Assert.EndsWith("\n\n", Body, StringComparison.Ordinal);
            return [.. Body[..^2].Split("\n\n").Select(static e => e.Split('\n')).Select(static lines => (lines[0]["event: ".Length..], JsonElement.Parse(lines[1]["data: ".Length..])))];
        }
    }

    /// <summary>The text of Ollama's errors.</summary>
    public string? Error => Json.GetProperty("error").GetString();

    public static async Task<WireAnswer> ReadAsync(HttpResponseMessage message) =>
        new(message.StatusCode, message.Content.Headers.ContentType?.ToString(), await message.Content.ReadAsStringAsync(), message);
}
