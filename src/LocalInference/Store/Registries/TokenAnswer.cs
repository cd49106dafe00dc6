namespace LocalInference;

/// <summary>A token, under either of the names that servers give it.</summary>
/// <param name="Token">The token.</param>
/// <param name="AccessToken">The token.</param>
internal sealed record TokenAnswer(string? Token, string? AccessToken);
