using System.Text.Json.Nodes;

namespace LocalInference.Text.Tests.Oracles;

/// <summary>What python's jinja2 made of a template: its output, or how it failed.</summary>
/// <param name="Output">The text; <see langword="null"/> if it failed.</param>
/// <param name="ErrorKind">The kind of failure in this library's terms; <see langword="null"/> if it did not fail.</param>
/// <param name="ErrorType">The name of python's exception class.</param>
/// <param name="ErrorMessage">python's message.</param>
internal sealed record RenderResult(string? Output, TemplateErrorKind? ErrorKind, string? ErrorType, string? ErrorMessage)
{
    public static RenderResult FromJson(JsonNode result) =>
        result["error"] is { } error
            ? new(null, Enum.Parse<TemplateErrorKind>((string)error["kind"]!, ignoreCase: true), (string)error["type"]!, (string)error["message"]!)
            : new((string)result["output"]!, null, null, null);
}
