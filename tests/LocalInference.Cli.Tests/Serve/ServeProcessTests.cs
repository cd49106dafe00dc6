using System.Diagnostics;
using System.Net;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;

namespace LocalInference.Cli.Tests.Serve;

public sealed class ServeProcessTests(ModelFixture models) : IClassFixture<ModelFixture>
{
    [UnixFact]
    public async Task It_serves_until_it_is_told_to_end()
    {
        CliProcess serve = await CliProcess.RunAsync(
            "dotnet",
            [CliProcess.Assembly, "serve", "--model", $"tiny={models.Chat}", "--host", "127.0.0.1:0"],
            input: null,
            static async process =>
            {
                string line = (await process.StandardError.ReadLineAsync())!;
                Assert.StartsWith("Serving tiny on http://127.0.0.1:", line, StringComparison.Ordinal);
                using var client = new HttpClient { BaseAddress = new Uri(line[(line.LastIndexOf(' ') + 1)..]) };

                Assert.Equal("ok", await client.GetStringAsync("/healthz"));
                Assert.Equal("ok", await client.GetStringAsync("/readyz"));
                Assert.Equal("404 page not found", await (await client.GetAsync("/nowhere")).Content.ReadAsStringAsync());
                using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/tags") { Headers = { Host = "evil.com" } };
                Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(rebound)).StatusCode);
                using var content = new StringContent("""{"model":"tiny","messages":[{"role":"user","content":"Hi"}],"stream":false,"options":{"num_predict":3}}""");
                JsonElement answer = JsonElement.Parse(await (await client.PostAsync("/api/chat", content)).Content.ReadAsStringAsync());
                Assert.True(answer.GetProperty("done").GetBoolean());

                // The same port a second time: it says who is there.
                CliProcess second = await CliProcess.RunAsync("serve", "--model", $"x={Environment.ProcessPath}", "--host", $"127.0.0.1:{client.BaseAddress.Port}");
                Assert.Equal(ExitCode.Failure, second.ExitCode);
                Assert.Contains($"Another LocalInference server listens on 127.0.0.1:{client.BaseAddress.Port} already.", second.Error, StringComparison.Ordinal);

                using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
                await kill.WaitForExitAsync();
            });

        Assert.Equal(ExitCode.Success, serve.ExitCode);
    }

    [UnixFact]
    public async Task Without_a_model_it_serves_the_store()
    {
        string folder = Directory.CreateTempSubdirectory("localinference-serve-").FullName;
        string modelfile = Path.Combine(folder, "Modelfile");
        await File.WriteAllTextAsync(modelfile, $"FROM {models.Chat}");
        string[] command = [$"OLLAMA_MODELS={folder}", "dotnet", CliProcess.Assembly];
        try
        {
            CliProcess create = await CliProcess.RunAsync("env", [.. command, "create", "stored", "-f", modelfile], input: null, static _ => Task.CompletedTask);
            Assert.Equal((ExitCode.Success, ""), (create.ExitCode, create.ExitCode == 0 ? "" : create.Error));

            CliProcess serve = await CliProcess.RunAsync("env", [.. command, "serve", "--host", "127.0.0.1:0"], input: null, AskAsync);
            Assert.Equal(ExitCode.Success, serve.ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static async Task AskAsync(Process process)
        {
            string line = (await process.StandardError.ReadLineAsync())!;
            Assert.StartsWith("Serving the models of the store on http://127.0.0.1:", line, StringComparison.Ordinal);
            using var client = new HttpClient { BaseAddress = new Uri(line[(line.LastIndexOf(' ') + 1)..]) };

            Assert.Contains("\"stored:latest\"", await client.GetStringAsync("/api/tags"), StringComparison.Ordinal);
            using var question = new StringContent("""{"model":"stored","messages":[{"role":"user","content":"Hi"}],"stream":false,"options":{"num_predict":3}}""");
            JsonElement answer = JsonElement.Parse(await (await client.PostAsync("/api/chat", question)).Content.ReadAsStringAsync());
            Assert.True(answer.GetProperty("done").GetBoolean());
            string[] host = ["--host", $"127.0.0.1:{client.BaseAddress.Port}"];
            CliProcess loaded = await CliProcess.RunAsync(["ps", .. host]);
            Assert.Matches(@"^name +id +size +processor +context +until\nstored:latest  [0-9a-f]{12} .* 100% CPU ", loaded.Out);
            Assert.Equal("stored:latest", JsonElement.Parse((await CliProcess.RunAsync(["ps", "--json", .. host])).Out).GetProperty("models")[0].GetProperty("name").GetString());
            Assert.Equal((ExitCode.Success, ""), ((await CliProcess.RunAsync(["stop", "stored", .. host])).ExitCode, loaded.Error));
            Assert.Equal("name  id  size  processor  context  until\n", (await CliProcess.RunAsync(["ps", .. host])).Out);
            CliProcess missing = await CliProcess.RunAsync(["stop", "none", .. host]);
            Assert.Equal(ExitCode.Failure, missing.ExitCode);
            Assert.Contains("none", missing.Error, StringComparison.Ordinal);
            using var delete = new HttpRequestMessage(HttpMethod.Delete, "/api/delete") { Content = new StringContent("""{"model":"stored"}""") };
            Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(delete)).StatusCode);
            Assert.DoesNotContain("stored", await client.GetStringAsync("/api/tags"), StringComparison.Ordinal);

            using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await kill.WaitForExitAsync();
        }
    }
}
