using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Store;
using LocalInference.Cli.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Cli.Tests.Store;

public sealed class RunningServerTests
{
    [Fact]
    public async Task What_takes_its_time_is_waited_for_and_what_only_tells_is_not()
    {
        TaskCompletionSource held = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        app.Run(async context =>
        {
            await held.Task;
            await context.Response.WriteAsync("{}");
        });
        await app.StartAsync();
        using RunningServer server = await RunningServer.LocateAsync(app.Urls.Single(), static _ => null, CancellationToken.None);
        server.Patience = TimeSpan.FromMilliseconds(50);

        Task copied = new RemoteModelStore(server).CopyAsync("a", "b");
        Task<JsonElement> stopped = server.DoAsync("/api/generate", "{}", CancellationToken.None);
        CliException error = await Assert.ThrowsAsync<CliException>(() => server.SendAsync(HttpMethod.Get, "/api/ps", body: null, CancellationToken.None));

        Assert.Contains("has not answered", error.Message, StringComparison.Ordinal);
        await Task.Delay(2 * server.Patience);
        Assert.False(copied.IsCompleted || stopped.IsCompleted);
        held.SetResult();
        await copied;
        await stopped;
    }

    [Fact]
    public async Task One_that_is_not_trusted_is_not_passed_over_in_silence()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=localinference", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using WebApplication app = builder.Build();
        await app.StartAsync();
        string address = app.Urls.Single();
        using CliHarness run = new() { Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["OLLAMA_HOST"] = address } };
        using CliHarness ps = new() { Variables = new Dictionary<string, string>(StringComparer.Ordinal) };

        // In this order: `run` gives a server two seconds, which the first TLS connection of a process may take on a busy machine.
        int code = await ps.RunAsync("ps", "--host", address);
        await run.RunAsync("run", "no-such-model", "hi");

        Assert.StartsWith($"warning: No TLS connection to {address}/ comes about: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("This process does the work itself.\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, code);
        Assert.StartsWith($"error: No TLS connection to {address}/ comes about: ", ps.Error, StringComparison.Ordinal);
        Assert.Contains("SSL_CERT_FILE", ps.Error, StringComparison.Ordinal);
    }
}
