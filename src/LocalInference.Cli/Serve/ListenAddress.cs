using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Serve;

/// <summary>Where a server listens, as OLLAMA_HOST says it: <c>[http://|https://]HOST[:PORT]</c>, any of the three left out.</summary>
internal static class ListenAddress
{
    public const int DefaultPort = 11434;

    private const string DefaultHost = "127.0.0.1";
    private const string Http = "http://";
    private const string Https = "https://";
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>The command line's, or else the environment's: our variable before Ollama's.</summary>
    /// <exception cref="CliException">It is none, or the name stands for no address.</exception>
    public static Task<ServerAddress> LocateAsync(string? host, Func<string, string?> variable, CancellationToken cancellationToken) =>
        ParseAsync(host ?? (variable("LOCALINFERENCE_HOST") is { Length: > 0 } ours ? ours : variable("OLLAMA_HOST")), cancellationToken);

    /// <summary>Reads one; a host's name is looked up.</summary>
    /// <exception cref="CliException">It is none, or the name stands for no address.</exception>
    public static async Task<ServerAddress> ParseAsync(string? text, CancellationToken cancellationToken)
    {
        string rest = (text ?? "").Trim().Trim('"', '\'');
        bool isSecure = rest.StartsWith(Https, StringComparison.OrdinalIgnoreCase);
        bool isPlain = rest.StartsWith(Http, StringComparison.OrdinalIgnoreCase);
        rest = rest[(isSecure ? Https.Length : isPlain ? Http.Length : 0)..].TrimEnd('/');
        (string host, string port) = Split(rest);
        host = host.Length > 0 ? host : DefaultHost;
        int number = isSecure ? HttpsPort : isPlain ? HttpPort : DefaultPort;
        if (port.Length > 0 && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number > IPEndPoint.MaxPort))
        {
            throw CliException.Usage($"'{text}' names no port from 0 to {IPEndPoint.MaxPort}.", "Give it as HOST:PORT.");
        }

        return new ServerAddress(new IPEndPoint(await FindAsync(host, cancellationToken).ConfigureAwait(false), number), host, isSecure);
    }

    /// <summary>Where a server is reached that listens there: all addresses are no address to connect to.</summary>
    public static IPEndPoint ToConnect(IPEndPoint address) => new(
        address.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address.Address,
        address.Port);

    // An address of version 6 has colons of its own; with a port it stands in brackets.
    private static (string Host, string Port) Split(string text)
    {
        int colon = text.LastIndexOf(':');
        bool hasPort = colon > text.LastIndexOf(']') && (text.IndexOf(':', StringComparison.Ordinal) == colon || text.StartsWith('['));
        return hasPort ? (text[..colon], text[(colon + 1)..]) : (text, "");
    }

    private static async Task<IPAddress> FindAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
        {
            return address;
        }

        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return found.FirstOrDefault(static candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw CliException.Usage($"There is no address for the host '{host}'.", "Give an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.");
        }
    }
}
