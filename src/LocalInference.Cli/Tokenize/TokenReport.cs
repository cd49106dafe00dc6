using System.Text.Json.Serialization;

namespace LocalInference.Cli.Tokenize;

/// <summary>A token: its id, and its text or, where that is only a part of a character, its bytes in hexadecimal.</summary>
internal sealed record TokenReport
{
    public required int Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Piece { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Bytes { get; init; }
}
