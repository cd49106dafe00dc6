using System.Net;

namespace LocalInference.Cli.Serve;

/// <summary>Where a server listens.</summary>
/// <param name="EndPoint">The address that its host's name stands for, and the port.</param>
/// <param name="Host">The host as it was written, which its certificate names.</param>
/// <param name="IsSecure">Whether it speaks TLS.</param>
internal sealed record ServerAddress(IPEndPoint EndPoint, string Host, bool IsSecure)
{
    /// <summary>Where it is reached: all addresses are no address to connect to, and a name is checked against the certificate.</summary>
    public Uri ToConnect()
    {
        IPEndPoint reached = ListenAddress.ToConnect(EndPoint);
        return !IsSecure ? new Uri($"http://{reached}")
            : IPAddress.TryParse(Host.Trim('[', ']'), out _) ? new Uri($"https://{reached}")
            : new Uri($"https://{Host}:{reached.Port}");
    }
}
