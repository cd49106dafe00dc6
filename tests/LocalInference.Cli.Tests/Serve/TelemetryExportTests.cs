using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Providers;
using LocalInference.Providers.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace LocalInference.Cli.Tests.Serve;

public sealed class TelemetryExportTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    [Theory]
    [InlineData(false, false, "")]
    [InlineData(true, true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://x")]
    [InlineData(true, false, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://x")]
    [InlineData(false, true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://x OTEL_TRACES_EXPORTER=none")]
    [InlineData(false, false, "OTEL_EXPORTER_OTLP_ENDPOINT=http://x OTEL_SDK_DISABLED=true")]
    [InlineData(false, false, "OTEL_EXPORTER_OTLP_ENDPOINT=")]
    public void The_standard_variables_say_what_is_sent(bool traces, bool metrics, string variables)
    {
        Dictionary<string, string> set = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(static one => one.Split('=')[0], static one => one.Split('=')[1], StringComparer.Ordinal);

        Assert.Equal((traces, metrics), (TelemetryExport.Wants(set.GetValueOrDefault, "TRACES"), TelemetryExport.Wants(set.GetValueOrDefault, "METRICS")));
    }

    [UnixFact]
    public async Task A_collector_gets_traces_and_metrics()
    {
        var received = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using WebApplication collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.AddOrUpdate(context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();
        await using FakeProvider provider = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        string metrics = "";

        CliProcess serve = await CliProcess.RunAsync(
            "env",
            [$"OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.Single()}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_SERVICE_NAME=tested", "LOCALINFERENCE__Providers__cloud__Kind=OpenAICompatible", $"LOCALINFERENCE__Providers__cloud__Address={new Uri(provider.Address, "/v1")}", "dotnet", CliProcess.Assembly, "serve", "--model", $"tiny={models.Chat}", "--host", "127.0.0.1:0"],
            input: null,
            async process =>
            {
                string line = (await process.StandardError.ReadLineAsync())!;
                using var client = new HttpClient { BaseAddress = new Uri(line[(line.LastIndexOf(' ') + 1)..]) };
                using var content = new StringContent("""{"model":"tiny","prompt":"Hi","raw":true,"stream":false,"options":{"num_predict":2}}""");
                await client.PostAsync("/api/generate", content);
                using var remote = new StringContent("""{"model":"cloud/some-model","messages":[{"role":"user","content":"Hi"}]}""", Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await client.PostAsync("/v1/chat/completions", remote);
                Assert.Contains("Hello world", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                metrics = await client.GetStringAsync("/metrics");
                using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
                await kill.WaitForExitAsync();
            });

        Assert.Equal((ExitCode.Success, ""), (serve.ExitCode, serve.ExitCode == 0 ? "" : serve.Error));
        Assert.Contains("text_completion tiny", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("tested", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("gen_ai.server.time_to_first_token", received["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("localinference.server.tokens", received["/v1/metrics"], StringComparison.Ordinal);

        // And those of models elsewhere.
        Assert.Contains(ProvidersTelemetry.ActivitySourceName, received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("localinference.provider.tries", received["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("localinference_provider_tries", metrics, StringComparison.Ordinal);
    }
}
