using LocalInference.LoadTest.Served;
using LocalInference.LoadTest.Storm;
using LocalInference.TestModels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LocalInference.LoadTest.Tests.Storm;

public sealed class StormTests
{
    private static readonly StormSettings s_settings = new() { Connections = 40, Duration = TimeSpan.FromSeconds(6), Model = LoadServer.Model, Seed = 7 };

    [Fact]
    public async Task A_server_stands_many_clients_that_come_and_go()
    {
        string folder = Directory.CreateTempSubdirectory("localinference-storm-test-").FullName;
        try
        {
            string path = TestModel.WriteTo(folder, TestModelSpec.Qwen2 with { Name = "tiny-qwen2-storm", ContextLength = 1024 });
            await using LoadServer server = await LoadServer.StartAsync(path);
            Dictionary<string, int> outcomes = new(StringComparer.Ordinal);

            // One is enough, but on a machine on which six seconds are nothing.
            for (int storm = 0; storm < 10 && !HasAllKinds(outcomes); storm++)
            {
                var run = new StormRun(server.Address, s_settings with { Seed = s_settings.Seed + storm }, processId: null);
                IReadOnlyList<string> problems = await run.RunAsync(CancellationToken.None);

                Assert.True(problems.Count == 0, string.Join('\n', problems));
                foreach ((string outcome, int count) in run.Outcomes)
                {
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + count;
                }
            }

            Assert.True(HasAllKinds(outcomes), string.Join(", ", outcomes));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_must_not_be_is_seen()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        app.Run(static context =>
        {
            context.Response.StatusCode = context.Request.Path.Value switch
            {
                "/api/chat" => StatusCodes.Status500InternalServerError,
                "/api/generate" => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status200OK,
            };
            return context.Response.WriteAsync("localinference_model_requests_running{model=\"x\"} 0\n");
        });
        await app.StartAsync();
        string[] wanted = ["/api/chat: 500", "/api/generate: 503 without", "has no end"];
        List<string> problems = [];

        // The first requests take longer than all that follow: half a second may be over before each route was asked.
        for (int storm = 0; storm < 60 && !wanted.All(IsSeen); storm++)
        {
            var run = new StormRun(new Uri(app.Urls.Single()), s_settings with { Connections = 2, Duration = TimeSpan.FromMilliseconds(500), Seed = s_settings.Seed + storm }, processId: null);
            problems.AddRange(await run.RunAsync(CancellationToken.None));
        }

        Assert.Contains(problems, static problem => problem.StartsWith("/api/chat: 500", StringComparison.Ordinal));
        Assert.Contains(problems, static problem => problem.StartsWith("/api/generate: 503 without", StringComparison.Ordinal));
        Assert.Contains(problems, static problem => problem.Contains("has no end", StringComparison.Ordinal));

        bool IsSeen(string words) => problems.Exists(problem => problem.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"model":"m","error":"It broke","done":true,"done_reason":"error"}""", true)]
    [InlineData("""{"id":"c1","status":404,"error":"model 'x' not found","done":true}""", true)]
    [InlineData("data: {\"error\":{\"message\":\"It broke\",\"code\":\"logits_invalid\"}}\n\ndata: [DONE]\n\n", true)]
    [InlineData("event: error\ndata: {\"type\":\"error\"}\n\nevent: message_stop\n", true)]
    [InlineData("event: response.failed\ndata: {}\n\n", true)]
    [InlineData("""{"id":"c1","status":503,"error":"server busy, please try again.  maximum pending requests exceeded","done":true}""", false)]
    [InlineData("data: {\"error\":{\"message\":\"1 requests wait for the model already\",\"code\":\"busy\"}}\n\n", false)]
    [InlineData("event: response.completed\ndata: {\"error\":null}\n\n", false)]
    [InlineData("""{"response":"\"error\":{","done":true}""", false)]
    public void An_error_within_an_answer_is_found(string answer, bool isError) => Assert.Equal(isError, StormErrors.IsIn(answer));

    [Fact]
    public void The_same_seed_asks_the_same()
    {
        StormRequests first = new("m", new Random(3)), second = new("m", new Random(3));

        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(first.Next(), second.Next());
        }
    }

    private static bool HasAllKinds(Dictionary<string, int> outcomes) =>
        outcomes.GetValueOrDefault("200") > 20 && outcomes.GetValueOrDefault("left") > 5 && outcomes.GetValueOrDefault("400") > 0 && outcomes.GetValueOrDefault("socket") > 0;
}
