using System.CommandLine;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Run;

/// <summary><c>--format</c> and <c>/set format</c>: the form that answers must have.</summary>
internal static class FormatOption
{
    private const string Json = "json";
    private const string NextStep = "Give json for any object, or write the schema as {\"type\": \"object\", …}.";

    public static Option<string?> Create() => new("--format")
    {
        Description = "The form of the answer: json for any object, a JSON schema, or the path of a file with one.",
        HelpName = "json|SCHEMA|FILE",
    };

    /// <summary>The form that a text names; <see langword="null"/>: any.</summary>
    /// <exception cref="CliException">It names none.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static OutputFormat? Read(string? text) => text switch
    {
        null or "" => null,
        Json => new JsonOutput(),
        _ when text.TrimStart().StartsWith('{') => Schema(text, "The format"),
        _ when File.Exists(text) => Schema(File.ReadAllText(text), $"'{text}'"),
        _ => throw CliException.Usage($"The format is json, a JSON schema or the path of a file with one, not '{text}'.", NextStep),
    };

    /// <summary>The text for a form; <see langword="null"/>: any form.</summary>
    public static string? TextFor(OutputFormat? output) => output is JsonSchemaOutput schema ? schema.Schema.GetRawText() : output is null ? null : Json;

    private static JsonSchemaOutput Schema(string json, string what)
    {
        try
        {
            JsonElement schema = JsonElement.Parse(json);
            return schema.ValueKind == JsonValueKind.Object ? new JsonSchemaOutput(schema) : throw CliException.Usage($"{what} is no JSON object.", NextStep);
        }
        catch (JsonException e)
        {
            throw CliException.Usage($"{what} is no JSON: {e.Message}", "Correct it at that place.");
        }
    }
}
