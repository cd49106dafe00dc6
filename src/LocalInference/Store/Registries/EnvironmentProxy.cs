using System.Net;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The proxies that the environment names: <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c> for both, and <c>NO_PROXY</c> for whom
/// none is asked, all in small letters too, which count first. They are read as curl and Ollama read them: <c>NO_PROXY</c> lists hosts,
/// each of which stands for those below it as well, with a port if only that is meant, networks such as <c>10.0.0.0/8</c>, or <c>*</c>.
/// This machine itself is never asked for by a proxy: passwords go there without encryption.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy
{
    private const string Basic = "Basic";

    // What SocketsHttpHandler speaks.
    private static readonly string[] s_schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly string[] _direct;

    private EnvironmentProxy(Func<string, string?> environment)
    {
        CredentialCache credentials = new();
        Uri? all = Read("ALL_PROXY", environment, credentials);
        _http = Read("HTTP_PROXY", environment, credentials) ?? all;
        _https = Read("HTTPS_PROXY", environment, credentials) ?? all;
        Credentials = credentials;
        _direct = (Find("NO_PROXY", environment) ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Who asks the proxies; what their addresses say.</summary>
    public ICredentials? Credentials { get; set; }

    /// <returns>The proxies, or <see langword="null"/> if the environment names none.</returns>
    /// <exception cref="StoreException">One has no address of a proxy.</exception>
    public static EnvironmentProxy? Read(Func<string, string?> environment)
    {
        EnvironmentProxy proxy = new(environment);
        return proxy._http is null && proxy._https is null ? null : proxy;
    }

    public Uri? GetProxy(Uri destination) =>
        destination.IsLoopback || _direct.Any(entry => Covers(entry, destination)) ? null
        : destination.Scheme == Uri.UriSchemeHttps ? _https
        : _http;

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private static string? Find(string name, Func<string, string?> environment) =>
        new[] { environment(name.ToLowerInvariant()), environment(name) }.Select(static value => value?.Trim()).FirstOrDefault(static value => !string.IsNullOrEmpty(value));

    private static Uri? Read(string name, Func<string, string?> environment, CredentialCache credentials)
    {
        if (Find(name, environment) is not { } text)
        {
            return null;
        }

        string address = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        int user = address.IndexOf("://", StringComparison.Ordinal) + 3;

        // People write passwords as they are, with all that has a meaning in an address.
        int host = Math.Max(address.LastIndexOf('@') + 1, user);
        if (!Uri.TryCreate(string.Concat(address.AsSpan(0, user), address.AsSpan(host)), UriKind.Absolute, out Uri? uri) || !s_schemes.Contains(uri.Scheme, StringComparer.Ordinal))
        {
            // Without the text, which may have a password.
            throw ExceptionFactory.StoreFailed($"The proxy in {name} cannot be used", "that is no address of one", $"Write it as http://HOST:PORT; {string.Join(", ", s_schemes)} are spoken.", value: name);
        }

        if (host > user && credentials.GetCredential(uri, Basic) is null)
        {
            string[] parts = [.. address[user..(host - 1)].Split(':', 2).Select(Uri.UnescapeDataString)];
            NetworkCredential credential = new(parts[0], parts.ElementAtOrDefault(1) ?? "");
            credentials.Add(uri, Basic, credential);
            credentials.Add(uri, "Digest", credential);
        }

        return uri;
    }

    private static bool Covers(string entry, Uri destination)
    {
        string host = destination.Host.Trim('[', ']');
        if (entry == "*")
        {
            return true;
        }

        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return (IPAddress.TryParse(entry.Trim('[', ']'), out IPAddress? same) && same.Equals(address))
                || (IPNetwork.TryParse(entry, out IPNetwork network) && network.Contains(address))
                || IsSameWithPort(entry, destination);
        }

        string name = entry.TrimStart('*').TrimStart('.');
        return name.Equals(host, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase)
            || IsSameWithPort(name, destination);
    }

    private static bool IsSameWithPort(string entry, Uri destination)
    {
        int colon = entry.LastIndexOf(':');
        string authority = $"{destination.Host}:{destination.Port}";
        return colon > 0 && (authority.Equals(entry, StringComparison.OrdinalIgnoreCase) || authority.EndsWith($".{entry}", StringComparison.OrdinalIgnoreCase));
    }
}
