using System.Text.Json;

namespace LocalInference;

/// <summary>What a registry says of a refusal (the distribution specification's list of errors).</summary>
/// <param name="Errors">One or more.</param>
internal sealed record RegistryErrors(IReadOnlyList<RegistryError>? Errors)
{
    private const int MostBytes = 64 << 10;
    private const int MostCharacters = 300;

    /// <summary>Their messages, or <see langword="null"/> if it says nothing of the kind.</summary>
    public static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            byte[] json = new byte[MostBytes];
            int length = await body.ReadAtLeastAsync(json, json.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            RegistryErrors? errors = JsonSerializer.Deserialize(json.AsSpan(0, length), RegistryJson.Default.RegistryErrors);
            string text = string.Join("; ", (errors?.Errors ?? []).Select(static error => error.Message ?? error.Code).OfType<string>());
            return text.Length == 0 ? null : text[..Math.Min(text.Length, MostCharacters)];
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            return null;
        }
    }
}
