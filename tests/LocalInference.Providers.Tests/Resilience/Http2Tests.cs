using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class Http2Tests
{
    private const int Calls = 16;

    [Fact]
    public async Task Answers_share_a_connection_and_one_that_breaks_breaks_alone()
    {
        using X509Certificate2 certificate = Certificate();
        var allAreHere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeProvider server = await FakeProvider.StartAsync((_, number) => number == 0 ? Protocol.OpenAI.Whole : new Answer(wire => TogetherAsync(wire, number)), certificate);
        ProviderOptions options = TestProviders.Options(server, ProviderKind.OpenAI);
        using SocketsHttpHandler handler = Connections.Create(options);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, other, _, _) => other?.GetCertHashString() == certificate.GetCertHashString();
        using var provider = new RemoteProvider(options with { HttpHandler = handler, Resilience = TestProviders.Quick with { Retries = 0 } });

        await provider.Generator.RunAsync(TestProviders.Chat("Hi"));
        (string Text, Exception? Error)[] results = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => provider.Generator.TryAsync(TestProviders.Chat("Hi"))));

        Assert.Equal(Calls - 1, results.Count(static result => result is ("Hello world", null)));
        Assert.Equal(ProviderErrorKind.Network, Assert.IsType<ProviderException>(Assert.Single(results, static result => result.Error is not null).Error).Kind);
        Assert.StartsWith("HTTP/2 ", Assert.Single(server.Requests.Select(static request => request.Connection).Distinct(StringComparer.Ordinal)), StringComparison.Ordinal);

        // No answer begins before all are there.
        async Task TogetherAsync(Wire wire, int number)
        {
            if (number == Calls)
            {
                allAreHere.SetResult();
            }

            await allAreHere.Task;
            if (number == 5)
            {
                await Protocol.OpenAI.Cut(Protocol.OpenAI.FirstText + 1, static async wire =>
                {
                    await Task.Delay(500, wire.Left);
                    wire.Break();
                }).WriteAsync(wire);
                return;
            }

            await Protocol.OpenAI.Whole.WriteAsync(wire);
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
