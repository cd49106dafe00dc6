using System.Net;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;

namespace LocalInference.Cli.Tests.Serve;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData(null, "127.0.0.1", 11434)]
    [InlineData("", "127.0.0.1", 11434)]
    [InlineData("0.0.0.0", "0.0.0.0", 11434)]
    [InlineData(":8080", "127.0.0.1", 8080)]
    [InlineData("1.2.3.4:0", "1.2.3.4", 0)]
    [InlineData("http://1.2.3.4", "1.2.3.4", 80)]
    [InlineData("http://1.2.3.4:81/", "1.2.3.4", 81)]
    [InlineData("[::1]:99", "::1", 99)]
    [InlineData("[::1]", "::1", 11434)]
    [InlineData("::1", "::1", 11434)]
    [InlineData(" \"1.2.3.4\" ", "1.2.3.4", 11434)]
    [InlineData("localhost:5", "127.0.0.1", 5)]
    public async Task It_reads_what_OLLAMA_HOST_may_be(string? text, string host, int port) =>
        Assert.Equal((new IPEndPoint(IPAddress.Parse(host), port), false), await ParseAsync(text));

    [Theory]
    [InlineData("https://1.2.3.4", "1.2.3.4", 443, "https://1.2.3.4/")]
    [InlineData("HTTPS://1.2.3.4:81/", "1.2.3.4", 81, "https://1.2.3.4:81/")]
    [InlineData("https://0.0.0.0:81", "0.0.0.0", 81, "https://127.0.0.1:81/")]
    [InlineData("https://[::1]:81", "::1", 81, "https://[::1]:81/")]
    [InlineData("https://:81", "127.0.0.1", 81, "https://127.0.0.1:81/")]
    [InlineData("https://localhost:81", "127.0.0.1", 81, "https://localhost:81/")]
    public async Task One_with_TLS_is_reached_by_the_name_in_its_certificate(string text, string host, int port, string reached)
    {
        Assert.Equal((new IPEndPoint(IPAddress.Parse(host), port), true), await ParseAsync(text));
        Assert.Equal(new Uri(reached), (await ListenAddress.ParseAsync(text, CancellationToken.None)).ToConnect());
    }

    [Theory]
    [InlineData("1.2.3.4:x", "names no port")]
    [InlineData("1.2.3.4:70000", "names no port")]
    [InlineData("https://1.2.3.4:x", "names no port")]
    [InlineData("no-such-host.invalid", "There is no address for the host 'no-such-host.invalid'")]
    public async Task It_says_what_is_wrong(string text, string message)
    {
        CliException error = await Assert.ThrowsAsync<CliException>(() => ListenAddress.ParseAsync(text, CancellationToken.None));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, error.Code);
    }

    private static async Task<(IPEndPoint EndPoint, bool IsSecure)> ParseAsync(string? text)
    {
        ServerAddress address = await ListenAddress.ParseAsync(text, CancellationToken.None);
        return (address.EndPoint, address.IsSecure);
    }
}
