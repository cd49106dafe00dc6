using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace LocalInference;

/// <summary>Where a registry wants a token to be fetched (the distribution specification's token authentication).</summary>
/// <param name="Realm">The address.</param>
/// <param name="Service">Who asks for it.</param>
/// <param name="Scope">What for.</param>
internal sealed partial record BearerChallenge(Uri Realm, string? Service, string? Scope)
{
    public Uri Address
    {
        get
        {
            string[] parts = [.. new[] { ("service", Service), ("scope", Scope) }
                .Where(static part => part.Item2 is not null)
                .Select(static part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}")];
            return new UriBuilder(Realm) { Query = string.Join('&', [.. Realm.Query.TrimStart('?') is { Length: > 0 } query ? new[] { query } : [], .. parts]) }.Uri;
        }
    }

    /// <summary>The challenge of a refusal, or <see langword="null"/> if it has none.</summary>
    public static BearerChallenge? Of(HttpResponseMessage response)
    {
        AuthenticationHeaderValue? header = response.Headers.WwwAuthenticate.FirstOrDefault(static value => value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Pattern().Matches(header?.Parameter ?? ""))
        {
            values[match.Groups["key"].Value] = match.Groups["value"].Value;
        }

        return values.TryGetValue("realm", out string? realm) && Uri.TryCreate(realm, UriKind.Absolute, out Uri? address)
            ? new BearerChallenge(address, values.GetValueOrDefault("service"), values.GetValueOrDefault("scope"))
            : null;
    }

    [GeneratedRegex("(?<key>[a-z]+)=\"(?<value>[^\"]*)\"", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
