using System.IO.Enumeration;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Origins;

/// <summary>Which hosts and origins a server for this machine answers.</summary>
internal sealed class OriginRules
{
    // Pages that are served from this machine, on any port.
    private static readonly string[] s_localHosts = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];

    // Programs with a web view, and extensions of browsers.
    private static readonly string[] s_applicationSchemes =
        ["app", "file", "tauri", "vscode-webview", "vscode-file", "chrome-extension", "moz-extension", "safari-web-extension"];

    // Names that public name servers do not resolve to addresses of somebody else's choosing.
    private static readonly string[] s_privateSuffixes = [".localhost", ".local", ".internal"];

    private readonly string[] _origins;
    private readonly string[] _hosts;

    public OriginRules(RequestOriginOptions options)
    {
        _origins = [.. options.AllowedOrigins.Select(static origin => origin.TrimEnd('/'))];

        // A program's origin names no host: `app://*` must not allow them all.
        _hosts = [.. _origins.Where(static origin => origin == "*" || origin.StartsWith("http", StringComparison.OrdinalIgnoreCase)).Select(static origin => HostOf(origin))];
    }

    /// <summary>
    /// Whether a request may name this host. A page of a foreign site whose name was rebound to this machine's address sends the foreign
    /// name; an address needs no resolving and cannot be rebound.
    /// </summary>
    /// <param name="host">The host without its port; empty: the request named none, which no browser does.</param>
    public bool AllowsHost(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out _)
        || s_privateSuffixes.Any(suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
        || Matches(_hosts, host);

    /// <summary>Whether a page of this origin may read answers.</summary>
    /// <param name="origin">As the browser sends it.</param>
    /// <param name="self">
    /// Host and port that the request was sent to: a server's own pages are no strangers, unless their name may be one that was rebound to
    /// this machine's address, which makes a foreign page look like them.
    /// </param>
    public bool AllowsOrigin(string origin, HostString self)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri))
        {
            return _origins.Contains("*", StringComparer.Ordinal);
        }

        bool isWeb = uri.Scheme is "http" or "https";
        return s_applicationSchemes.Contains(uri.Scheme, StringComparer.OrdinalIgnoreCase)
            || (isWeb && s_localHosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase))
            || (isWeb && self.HasValue && AllowsHost(self.Host) && string.Equals(origin, $"{uri.Scheme}://{self.Value}", StringComparison.OrdinalIgnoreCase))
            || Matches(_origins, origin);
    }

    private static bool Matches(string[] patterns, string text) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: true));

    // The part between the scheme and the port, which may hold wildcards and so is no URI.
    private static string HostOf(string origin)
    {
        int start = origin.IndexOf("://", StringComparison.Ordinal);
        string authority = start < 0 ? origin : origin[(start + 3)..];
        int port = authority.LastIndexOf(':');
        return port > authority.LastIndexOf(']') ? authority[..port] : authority;
    }
}
