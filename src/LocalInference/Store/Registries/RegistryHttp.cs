using System.Globalization;
using System.Text.RegularExpressions;

namespace LocalInference;

/// <summary>How requests to registries are sent.</summary>
internal static partial class RegistryHttp
{
    /// <summary>Makes what sends them, by way of the proxies that the environment names, or else the system.</summary>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="Abstractions.StoreException">A proxy has no address.</exception>
    public static SocketsHttpHandler CreateHandler(Func<string, string?> environment) => new()
    {
        // The registry's client follows them itself, without the token.
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        Proxy = EnvironmentProxy.Read(environment),
    };

    /// <summary>Makes the client of a handler.</summary>
    public static HttpClient CreateClient(SocketsHttpHandler handler)
    {
        HttpClient client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("LocalInference/0.1");
        return client;
    }

    /// <summary>What a proxy answered that did not let a connection through, if no repetition would change it.</summary>
    /// <returns>The status; <see langword="null"/>: it was something else.</returns>
    public static int? FindRefusal(HttpRequestException failure)
    {
        if (failure.HttpRequestError != HttpRequestError.ProxyTunnelError)
        {
            return null;
        }

        // .NET 10 has the proxy's status in the text alone: "… failed with status code '407'".
        int? status = (int?)failure.StatusCode ?? (StatusInText().Match(failure.Message) is { Success: true } match ? int.Parse(match.ValueSpan, CultureInfo.InvariantCulture) : null);
        return status is 408 or 429 or >= 500 ? null : status;
    }

    [GeneratedRegex("(?<=')[1-5][0-9]{2}(?=')", RegexOptions.CultureInvariant | RegexOptions.RightToLeft, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatusInText();
}
