using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Store;
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
}
