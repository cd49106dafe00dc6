using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LocalInference.Tests.Store.Registries;

/// <summary>
/// A proxy on loopback, for which every host is one registry: it takes addresses in full, and tunnels by CONNECT, at whose end it speaks
/// TLS in the registry's place.
/// </summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly X509Certificate2 _certificate = CreateCertificate();
    private readonly string _target;
    private readonly Task _accepting;

    /// <param name="target">HOST:PORT of the registry.</param>
    public TestProxy(string target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Who may ask, as USER:PASSWORD; <see langword="null"/>: everybody.</summary>
    public string? Login { get; init; }

    /// <summary>What is answered to a tunnel in place of opening it; <see langword="null"/>: it is opened.</summary>
    public Func<string?> RefuseTunnel { get; init; } = static () => null;

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What was asked for, with whether the password was right.</summary>
    public ConcurrentQueue<(string Line, bool IsAllowed)> Requests { get; } = new();

    /// <summary>Whether a certificate is the one at the end of tunnels.</summary>
    public bool IsOwn(X509Certificate? certificate) => certificate?.GetCertHashString() == _certificate.Thumbprint;

    public async ValueTask DisposeAsync()
    {
        // Not the other way round: who is about to accept would find a listener that was never started.
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _certificate.Dispose();
        _stop.Dispose();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new CertificateRequest("CN=registry.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (TcpClient registry = new())
        {
            try
            {
                string[] target = _target.Split(':');
                await registry.ConnectAsync(target[0], int.Parse(target[1], CultureInfo.InvariantCulture), _stop.Token);
                while (await ReadHeadAsync(client.GetStream()) is { } head)
                {
                    if (!await AnswerAsync(client.GetStream(), registry.GetStream(), head))
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // One of both is gone, or the test is over.
            }
        }
    }

    private async Task<bool> AnswerAsync(NetworkStream client, NetworkStream registry, string[] head)
    {
        bool isAllowed = Login is null || Header(head, "Proxy-Authorization") == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Login))}";
        bool isTunnel = head[0].StartsWith("CONNECT ", StringComparison.Ordinal);
        Requests.Enqueue((head[0], isAllowed));
        string? refusal = !isAllowed ? "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"" : isTunnel ? RefuseTunnel() : null;
        if (refusal is not null)
        {
            await CopyAsync(client, Stream.Null, Length(head));
            await client.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n"), _stop.Token);
            return true;
        }

        if (isTunnel)
        {
            await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
            using SslStream tls = new(client, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
            await Task.WhenAny(tls.CopyToAsync(registry, _stop.Token), registry.CopyToAsync(tls, _stop.Token));
            return false;
        }

        await ForwardAsync(client, registry, head);
        return true;
    }

    // As the registry would have been asked without a proxy.
    private async Task ForwardAsync(NetworkStream client, NetworkStream registry, string[] head)
    {
        string[] line = head[0].Split(' ');
        string[] kept = [$"{line[0]} {new Uri(line[1]).PathAndQuery} {line[2]}", .. head[1..].Where(static header => !header.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase))];
        await registry.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", kept) + "\r\n\r\n"), _stop.Token);
        await CopyAsync(client, registry, Length(head));
        string[] answer = await ReadHeadAsync(registry) ?? throw new IOException("The registry is gone.");
        await client.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", answer) + "\r\n\r\n"), _stop.Token);
        await CopyAsync(registry, client, line[0] == "HEAD" ? 0 : Length(answer));
    }

    private async Task<string[]?> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        return head.ToString()[..^4].Split("\r\n");
    }

    private async Task CopyAsync(NetworkStream from, Stream to, int length)
    {
        byte[] body = new byte[length];
        await from.ReadExactlyAsync(body, _stop.Token);
        await to.WriteAsync(body, _stop.Token);
    }

    private static string? Header(string[] head, string name) =>
        head.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    private static int Length(string[] head) => int.Parse(Header(head, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
}
