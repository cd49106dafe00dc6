using System.Net;
using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Providers.Tests;

/// <summary>A client of this project's server reaches models elsewhere by their names, whichever interface it speaks.</summary>
public sealed class RoutedServerTests
{
    private static readonly (string Path, string Body)[] s_interfaces =
    [
        ("/api/chat", """{"model":"MODEL","stream":false,"messages":[{"role":"user","content":"Hi"}]}"""),
        ("/v1/chat/completions", """{"model":"MODEL","messages":[{"role":"user","content":"Hi"}]}"""),
        ("/v1/messages", """{"model":"MODEL","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"""),
    ];

    public static TheoryData<ProviderKind, int> Pairs
    {
        get
        {
            var pairs = new TheoryData<ProviderKind, int>();
            foreach (ProviderKind kind in new[] { ProviderKind.OpenAI, ProviderKind.Anthropic, ProviderKind.Ollama })
            {
                for (int i = 0; i < s_interfaces.Length; i++)
                {
                    pairs.Add(kind, i);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Any_interface_reaches_any_provider(ProviderKind kind, int number)
    {
        await using FakeProvider fake = await FakeProvider.StartAsync(Protocol.Of(kind).Whole);
        await using OwnServer server = await StartAsync(TestProviders.Options(fake, kind, "cloud"));

        HttpResponseMessage response = await PostAsync(server, number, "cloud/some-model");

        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Contains("Hello world", body, StringComparison.Ordinal);
        Assert.Equal("some-model", (string?)fake.Request.Json["model"]);
        Assert.Equal("cloud/some-model", Assert.Single(response.Headers.GetValues("LocalInference-Model")));
        Assert.Equal("named", Assert.Single(response.Headers.GetValues("LocalInference-Route")));
    }

    [Theory]
    [InlineData("cloud/some-model", 5)]
    [InlineData("both", 5)]
    [InlineData("script", 77)]
    public async Task Messages_are_counted_and_streamed_whoever_answers(string model, int tokens)
    {
        await using FakeProvider fake = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await using OwnServer server = await StartAsync(TestProviders.Options(fake, ProviderKind.OpenAI, "cloud"));
        using var client = new HttpClient { BaseAddress = server.Address };

        string count = await SendAsync("/v1/messages/count_tokens", """{"model":"MODEL","messages":[{"role":"user","content":"Hi"}]}""");
        string stream = await SendAsync("/v1/messages", """{"model":"MODEL","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}""");

        Assert.Equal($$"""{"input_tokens":{{tokens}}}""", count);
        Assert.Contains($"\"input_tokens\":{tokens},", stream.Split('\n').First(static line => line.StartsWith("data: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("event: error", stream, StringComparison.Ordinal);
        Assert.Contains("text_delta", stream, StringComparison.Ordinal);
        Assert.Contains("event: message_stop", stream, StringComparison.Ordinal);

        async Task<string> SendAsync(string path, string body)
        {
            using var content = new StringContent(body.Replace("MODEL", model, StringComparison.Ordinal), Encoding.UTF8, "application/json");
            HttpResponseMessage response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
            string text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return text;
        }
    }

    [Fact]
    public async Task Headers_say_who_answered_in_whose_place_and_why()
    {
        await using FakeProvider bad = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(500));
        await using FakeProvider good = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await using OwnServer server = await StartAsync(TestProviders.Options(bad, ProviderKind.OpenAI, "a"), TestProviders.Options(good, ProviderKind.OpenAI, "b"));

        for (int i = 0; i < s_interfaces.Length; i++)
        {
            HttpResponseMessage response = await PostAsync(server, i, "both");

            Assert.Equal("b/m-1", Assert.Single(response.Headers.GetValues("LocalInference-Model")));
            Assert.Equal("'a/m-1' failed: provider_outage", Assert.Single(response.Headers.GetValues("LocalInference-Route")));
        }
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Clients_that_change_the_model_keep_their_conversation(string isStreamed)
    {
        const string Before = "\"signature\":\"";
        await using FakeProvider thinking = await FakeProvider.StartAsync(
            Answer.Stream(
                Protocol.Anthropic.MediaType,
                Answer.Events(
                    """{"type":"message_start","message":{"id":"c1","model":"m-1"}}""",
                    """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"Hm."}}""",
                    """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG"}}""",
                    """{"type":"content_block_stop","index":0}""",
                    """{"type":"message_delta","delta":{"stop_reason":"end_turn"}}""",
                    """{"type":"message_stop"}""")),
            Protocol.Anthropic.Whole);
        await using FakeProvider other = await FakeProvider.StartAsync(Protocol.Anthropic.Whole);
        await using OwnServer server = await StartAsync(TestProviders.Options(thinking, ProviderKind.Anthropic, "a"), TestProviders.Options(other, ProviderKind.Anthropic, "b"));
        using var client = new HttpClient { BaseAddress = server.Address };

        string answer = await SendAsync("a/m", """{"role":"user","content":"x"}""", isStreamed);
        int start = answer.LastIndexOf(Before, StringComparison.Ordinal) + Before.Length;
        string signature = answer[start..answer.IndexOf('"', start)];
        string conversation = $$$"""{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"{{{signature}}}"},{"type":"text","text":"Yes."}]},{"role":"user","content":"y"}""";
        await SendAsync("a/m", conversation, "false");
        await SendAsync("b/m", conversation, "false");

        Assert.Equal("""[{"type":"thinking","thinking":"Hm.","signature":"SIG"},{"type":"text","text":"Yes."}]""", thinking.Requests[1].Json["messages"]![1]!["content"]!.ToJsonString());
        Assert.Equal("""[{"type":"text","text":"Yes."}]""", other.Request.Json["messages"]![1]!["content"]!.ToJsonString());

        async Task<string> SendAsync(string model, string messages, string stream)
        {
            using var content = new StringContent($$"""{"model":"{{model}}","max_tokens":9,"stream":{{stream}},"thinking":{"type":"adaptive"},"messages":[{{messages}}]}""", Encoding.UTF8, "application/json");
            HttpResponseMessage response = await client.PostAsync(new Uri("/v1/messages", UriKind.Relative), content);
            string text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return text;
        }
    }

    [Fact]
    public async Task Headers_of_a_whole_answer_name_who_went_on_with_it()
    {
        await using FakeProvider broken = await FakeProvider.StartAsync(Protocol.OpenAI.Cut(Protocol.OpenAI.FirstText + 1, static _ => Task.CompletedTask));
        await using OwnServer server = await OwnServer.StartAsync(
            new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say(" world")),
            new ProvidersOptions
            {
                Providers = [TestProviders.Options(broken, ProviderKind.OpenAI, "a")],
                Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["both"] = new() { Models = ["a/m-1", "script"], ContinuesBrokenAnswers = true } },
            });

        for (int i = 0; i < s_interfaces.Length; i++)
        {
            HttpResponseMessage response = await PostAsync(server, i, "both");

            Assert.Contains("Hello world", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal("script", Assert.Single(response.Headers.GetValues("LocalInference-Model")));
            Assert.Equal("'a/m-1' broke off: provider_network", Assert.Single(response.Headers.GetValues("LocalInference-Route")));
        }
    }

    [Theory]
    [InlineData(429, HttpStatusCode.TooManyRequests)]
    [InlineData(401, HttpStatusCode.BadGateway)]
    [InlineData(500, HttpStatusCode.BadGateway)]
    [InlineData(400, HttpStatusCode.BadRequest)]
    public async Task A_providers_failure_has_a_status_of_its_own(int status, HttpStatusCode expected)
    {
        await using FakeProvider fake = await FakeProvider.StartAsync(Protocol.OpenAI.Refusal(status, "error", "no", ("Retry-After", "1")));
        await using OwnServer server = await StartAsync(TestProviders.Options(fake, ProviderKind.OpenAI, "cloud") with { Resilience = TestProviders.Quick with { Retries = 0 } });

        for (int i = 0; i < s_interfaces.Length; i++)
        {
            HttpResponseMessage response = await PostAsync(server, i, "cloud/m");

            Assert.Equal(expected, response.StatusCode);
            if (status == 429)
            {
                Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
            }
        }
    }

    [Fact]
    public async Task What_must_not_leave_this_machine_is_refused_before_it_does()
    {
        await using FakeProvider fake = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        await using OwnServer server = await StartAsync(TestProviders.Options(fake, ProviderKind.OpenAI, "cloud") with { IsOnThisMachine = false });

        for (int i = 0; i < s_interfaces.Length; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(server, i, "cloud/m", localOnly: true)).StatusCode);
            Assert.True((await PostAsync(server, i, "script", localOnly: true)).IsSuccessStatusCode);
        }

        Assert.Empty(fake.Requests);
    }

    [Fact]
    public async Task Lists_show_local_and_remote_models_and_routes()
    {
        await using FakeProvider fake = await FakeProvider.StartAsync();
        await using OwnServer server = await StartAsync(TestProviders.Options(fake, ProviderKind.OpenAI, "cloud") with { Models = [new RemoteModel { Name = "big" }] });
        using var client = new HttpClient { BaseAddress = server.Address };

        using JsonDocument tags = JsonDocument.Parse(await client.GetStringAsync("/api/tags"));
        using JsonDocument models = JsonDocument.Parse(await client.GetStringAsync("/v1/models"));

        string[] expected = ["both", "cloud/big", "script"];
        Assert.Equal(expected, tags.RootElement.GetProperty("models").EnumerateArray().Select(static model => model.GetProperty("name").GetString()!).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(expected, models.RootElement.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()!).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(fake.Requests);
    }

    [Fact]
    public async Task Lists_show_what_all_models_of_a_route_can_do()
    {
        await using OwnServer server = await OwnServer.StartAsync(new ScriptedTextGenerator(), new ProvidersOptions
        {
            Providers = [new() { Name = "cloud", Kind = ProviderKind.OpenAI, Models = [new RemoteModel { Name = "big", Capabilities = ModelCapabilities.Chat | ModelCapabilities.Tools }] }],
            Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["local"] = new() { Models = ["script"] }, ["both"] = new() { Models = ["script", "cloud/big"] } },
        });
        using var client = new HttpClient { BaseAddress = server.Address };

        using JsonDocument tags = JsonDocument.Parse(await client.GetStringAsync("/api/tags"));

        Assert.Equal(Of("script"), Of("local"), StringComparer.Ordinal);
        Assert.Equal(["completion", "tools"], Of("both"), StringComparer.Ordinal);
        Assert.Equal(["completion", "embedding", "thinking", "tools"], Of("local"), StringComparer.Ordinal);

        string[] Of(string name) =>
        [
            .. tags.RootElement.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == name)
                .GetProperty("capabilities").EnumerateArray().Select(static one => one.GetString()!).Order(StringComparer.Ordinal),
        ];
    }

    private static Task<OwnServer> StartAsync(params ProviderOptions[] providers) => OwnServer.StartAsync(
        new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("local")),
        new ProvidersOptions
        {
            Providers = providers,
            Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["both"] = new() { Models = [.. providers.Select(static provider => provider.Name + "/m-1")] } },
        });

    private static async Task<HttpResponseMessage> PostAsync(OwnServer server, int number, string model, bool localOnly = false)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        (string path, string body) = s_interfaces[number];
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body.Replace("MODEL", model, StringComparison.Ordinal), Encoding.UTF8, "application/json") };
        if (localOnly)
        {
            request.Headers.Add("LocalInference-Local-Only", "true");
        }

        return await client.SendAsync(request);
    }
}
