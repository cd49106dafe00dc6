using System.Net;
using LocalInference.Abstractions;
using LocalInference.Providers.Tests;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LocalInference.Server.Tests.Keys;

public sealed class ApiKeyTests
{
    private const string Chat = """{"model":"chat","max_tokens":9,"stream":false,"messages":[{"role":"user","content":"x"}]}""";

    private static readonly string s_user = ApiKey.Create();
    private static readonly string s_admin = ApiKey.Create();

    private readonly ManualTime _clock = new();

    [Theory]
    [InlineData("/api/chat", "error")]
    [InlineData("/v1/chat/completions", "authentication_error")]
    [InlineData("/v1/messages", "authentication_error")]
    public async Task Without_a_key_nobody_gets_in(string path, string type)
    {
        var generator = new ScriptedTextGenerator();
        await using LoopbackServer server = await StartAsync(generator);
        foreach (string? key in new[] { null, "", "li-wrong", s_user[..^1], s_user.ToUpperInvariant() })
        {
            Use(server, key);

            WireAnswer answer = await server.PostAsync(path, Chat);

            Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (answer.Status, answer.Message.Headers.WwwAuthenticate.ToString()));
            Assert.Contains(type, answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(s_user[..^1], answer.Body, StringComparison.Ordinal);
        }

        Assert.Empty(generator.Requests);
    }

    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("x-api-key", "")]
    public async Task A_key_opens_all_interfaces(string header, string prefix)
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await StartAsync(generator);
        server.Client.DefaultRequestHeaders.TryAddWithoutValidation(header, prefix + s_user);

        foreach (string path in new[] { "/api/chat", "/v1/chat/completions", "/v1/messages" })
        {
            Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(path, Chat)).Status);
        }

        Assert.All(generator.Requests, static request => Assert.Equal("user", request.Caller));
    }

    [Fact]
    public async Task Only_a_key_of_an_administrator_changes_models()
    {
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator());

        Use(server, s_user);
        WireAnswer refused = await server.PostAsync("/api/copy", """{"source":"a","destination":"b"}""");
        Use(server, s_admin);
        WireAnswer allowed = await server.PostAsync("/api/copy", """{"source":"a","destination":"b"}""");

        // Behind the door there is no store.
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NotImplemented), (refused.Status, allowed.Status));
    }

    [Fact]
    public async Task Requests_a_minute_are_counted_for_each_key()
    {
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("x")), static key => key with { RequestsPerMinute = 2 });
        Use(server, s_user);
        WireAnswer first = await server.PostAsync("/v1/chat/completions", Chat);
        await server.PostAsync("/v1/chat/completions", Chat);

        WireAnswer third = await server.PostAsync("/v1/chat/completions", Chat);

        Assert.Equal(("2", "1"), (Header(first, "x-ratelimit-limit-requests"), Header(first, "x-ratelimit-remaining-requests")));
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(30)), (third.Status, third.Message.Headers.RetryAfter!.Delta));
        Assert.Equal("rate_limit_exceeded", third.Json.GetProperty("error").GetProperty("code").GetString());
        Use(server, s_admin);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v1/chat/completions", Chat)).Status);
        Use(server, s_user);
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v1/chat/completions", Chat)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tokens_are_charged_when_an_answer_ends(bool isDaily)
    {
        var generator = new ScriptedTextGenerator((_, _) => ScriptedAnswer.Say("a b c") with { PromptTokens = 20, CachedPromptTokens = 8 });
        await using LoopbackServer server = await StartAsync(generator, key => isDaily ? key with { TokensPerDay = 10 } : key with { TokensPerMinute = 10 });
        Use(server, s_user);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/chat", Chat)).Status);

        // It took 15 of 10: after half of the time there are none yet, after a little more than that there is one.
        TimeSpan time = isDaily ? TimeSpan.FromDays(1) : TimeSpan.FromMinutes(1);
        _clock.Advance(time / 2);
        WireAnswer refused = await server.PostAsync("/v1/messages", Chat);
        _clock.Advance(time / 9);

        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_error"), (refused.Status, refused.Json.GetProperty("error").GetProperty("type").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/embed", """{"model":"chat","input":"a b c"}""")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await server.PostAsync("/api/chat", Chat)).Status);
    }

    [Fact]
    public async Task Requests_at_the_same_time_are_counted()
    {
        var release = new TaskCompletionSource();
        await using LoopbackServer server = await StartAsync(new HeldGenerator(release.Task), static key => key with { MaxConcurrentRequests = 1 });
        Use(server, s_user);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(Chat.Replace("false", "true", StringComparison.Ordinal)) };
        using HttpResponseMessage running = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        HttpStatusCode meanwhile = (await server.PostAsync("/api/show", """{"model":"chat"}""")).Status;
        release.SetResult();
        await running.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, meanwhile);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/show", """{"model":"chat"}""")).Status);
    }

    [Fact]
    public async Task Some_paths_are_open()
    {
        await using LoopbackServer server = await StartAsync(new ScriptedTextGenerator());

        Assert.All(
            (HttpStatusCode[])[(await server.GetAsync("/healthz")).Status, (await server.GetAsync("/readyz")).Status, (await server.GetAsync("/health")).Status],
            static status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/metrics")).Status);
        Assert.Equal("authentication_error", (await server.GetAsync("/slots")).Json.GetProperty("error").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("hash", "The hash of 'a' is no SHA-256*")]
    [InlineData("limit", "TokensPerDay of 'a' is 0, which is not positive.*")]
    [InlineData("name", "Two keys have the name 'a'.*")]
    public void Keys_that_cannot_be_are_named(string fault, string message)
    {
        var key = new ApiKey { Name = "a", Hash = ApiKey.HashOf("a") };
        ApiKey[] keys = fault switch
        {
            "hash" => [key with { Hash = "abc" }],
            "limit" => [key with { TokensPerDay = 0 }],
            _ => [key, key with { Hash = ApiKey.HashOf("b") }],
        };
        using var services = new ServiceCollection().BuildServiceProvider();

        ArgumentException error = Assert.Throws<ArgumentException>(() => new ApplicationBuilder(services).UseApiKeys(new ApiKeyOptions { Keys = keys }));

        Assert.StartsWith(message[..^1], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_random_and_hashed_as_documented()
    {
        Assert.NotEqual(ApiKey.Create(), ApiKey.Create(), StringComparer.Ordinal);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ApiKey.HashOf("abc"));
    }

    [Fact]
    public async Task Keys_may_change_while_the_server_runs()
    {
        var user = new ApiKey { Name = "user", Hash = ApiKey.HashOf(s_user), RequestsPerMinute = 2 };
        var keys = new ChangingKeys(new ApiKeyOptions { Keys = [user] });
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<TimeProvider>(_clock).AddSingleton<IModelCatalog>(new FakeModels(FakeModels.Chat)),
            app => app.UseApiKeys(keys));
        Use(server, s_user);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/tags")).Status);

        // Another key comes, and what the first one has used still counts.
        keys.Change(new ApiKeyOptions { Keys = [user with { }, new ApiKey { Name = "admin", Hash = ApiKey.HashOf(s_admin) }] });
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/tags")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await server.GetAsync("/api/tags")).Status);
        Use(server, s_admin);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/tags")).Status);

        // None at all, and one that cannot be: nothing changes.
        keys.Change(new ApiKeyOptions());
        keys.Change(new ApiKeyOptions { Keys = [user with { Hash = "abc" }] });
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/tags")).Status);

        // The first one goes.
        keys.Change(new ApiKeyOptions { Keys = [new ApiKey { Name = "admin", Hash = ApiKey.HashOf(s_admin) }] });
        Use(server, s_user);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/api/tags")).Status);
    }

    [Fact]
    public async Task A_key_that_is_gone_begins_nothing_more_where_somebody_still_holds_it()
    {
        var keys = new CallerKeys(_clock);
        var user = new ApiKey { Name = "user", Hash = ApiKey.HashOf(s_user) };
        var admin = new ApiKey { Name = "admin", Hash = ApiKey.HashOf(s_admin) };
        keys.Replace(new ApiKeyOptions { Keys = [user, admin] });
        KeyHolder removed = keys.Find("user")!;
        KeyHolder kept = keys.Find("admin")!;

        keys.Replace(new ApiKeyOptions { Keys = [admin] });

        Assert.Equal((true, false), (removed.IsGone, kept.IsGone));
        await Assert.ThrowsAsync<RequestException>(() => removed.RunAsync(new DefaultHttpContext(), static _ => Task.CompletedTask));
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"model":"chat","input":"x","user":"bob"}""")]
    [InlineData("/api/embed", """{"model":"chat","input":"x"}""")]
    [InlineData("/embedding", """{"model":"chat","input":"x"}""")]
    public async Task Embeddings_are_those_of_the_key_and_stay_here_if_it_says_so(string path, string body)
    {
        var embedder = new ScriptedEmbedder(8);
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            services => services.AddSingleton<TimeProvider>(_clock).AddSingleton<IModelCatalog>(new FakeModels(FakeModels.Chat)).AddSingleton<IEmbedder>(embedder),
            static app => app.UseApiKeys(new ApiKeyOptions { Keys = [new ApiKey { Name = "user", Hash = ApiKey.HashOf(s_user) }] }));
        Use(server, s_user);
        server.Client.DefaultRequestHeaders.Add("LocalInference-Local-Only", "true");

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(path, body)).Status);

        EmbeddingRequest request = Assert.Single(embedder.Requests);
        Assert.Equal(("user", true), (request.Caller, request.LocalOnly));
    }

    private static void Use(LoopbackServer server, string? key)
    {
        server.Client.DefaultRequestHeaders.Remove("Authorization");
        if (key is not null)
        {
            server.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }
    }

    private static string Header(WireAnswer answer, string name) => Assert.Single(answer.Message.Headers.GetValues(name));

    private Task<LoopbackServer> StartAsync(ITextGenerator generator, Func<ApiKey, ApiKey>? limit = null)
    {
        var user = new ApiKey { Name = "user", Hash = ApiKey.HashOf(s_user) };
        var admin = new ApiKey { Name = "admin", Hash = ApiKey.HashOf(s_admin), Scope = ApiKeyScope.Admin };
        var models = new FakeModels(FakeModels.Chat);
        return LoopbackServer.StartAsync(
            services => services.AddSingleton<TimeProvider>(_clock).AddSingleton(generator).AddSingleton<IModelCatalog>(models).AddSingleton<IEmbedder>(new ScriptedEmbedder(8)),
            app => app.UseApiKeys(new ApiKeyOptions { Keys = [limit?.Invoke(user) ?? user, admin] }));
    }

    private sealed class ChangingKeys(ApiKeyOptions first) : IOptionsMonitor<ApiKeyOptions>
    {
        private Action<ApiKeyOptions, string?>? _changed;

        public ApiKeyOptions CurrentValue { get; private set; } = first;

        public ApiKeyOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<ApiKeyOptions, string?> listener)
        {
            _changed += listener;
            return null;
        }

        public void Change(ApiKeyOptions options)
        {
            CurrentValue = options;
            _changed?.Invoke(options, null);
        }
    }
}
