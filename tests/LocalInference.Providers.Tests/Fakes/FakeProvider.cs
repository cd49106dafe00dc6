using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalInference.Providers.Tests;

/// <summary>
/// A provider: Kestrel on a loopback port that keeps every request and answers each as its script says, the n-th by the n-th entry and all
/// further ones by the last.
/// </summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<RecordedRequest> _requests = [];
    private int _count;
    private int _underWay;
    private int _mostUnderWay;

    private FakeProvider(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = null!;

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public RecordedRequest Request => Assert.Single(_requests);

    /// <summary>The most requests that were under way at a time.</summary>
    public int MostUnderWay => Volatile.Read(ref _mostUnderWay);

    public static Task<FakeProvider> StartAsync(params Answer[] script) => StartAsync((_, number) => script[Math.Min(number, script.Length - 1)]);

    /// <param name="script">The answers.</param>
    /// <param name="certificate">It speaks HTTPS with it, and HTTP/2; <see langword="null"/>: plain HTTP/1.1.</param>
    public static async Task<FakeProvider> StartAsync(Func<RecordedRequest, int, Answer> script, X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http2;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        WebApplication application = builder.Build();
        var provider = new FakeProvider(application);
        application.Run(context => provider.AnswerAsync(context, script));
        await application.StartAsync();
        provider.Address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return provider;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, Func<RecordedRequest, int, Answer> script)
    {
        int underWay = Interlocked.Increment(ref _underWay);
        for (int most = _mostUnderWay; underWay > most && Interlocked.CompareExchange(ref _mostUnderWay, underWay, most) != most; most = _mostUnderWay)
        {
        }

        var wire = new Wire(context, () => Interlocked.Decrement(ref _underWay));
        try
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = new RecordedRequest(
                context.Request.Path,
                context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync())
            {
                Method = context.Request.Method,
                Connection = $"{context.Request.Protocol} {context.Connection.Id}",
            };
            _requests.Enqueue(request);
            await script(request, Interlocked.Increment(ref _count) - 1).WriteAsync(wire);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException || context.RequestAborted.IsCancellationRequested)
        {
            // The caller left, or the script broke the connection.
        }
        finally
        {
            wire.Finish();
        }
    }
}
