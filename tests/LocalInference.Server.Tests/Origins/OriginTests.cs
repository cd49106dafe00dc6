using System.Net;
using LocalInference.Server.Tests.Fakes;
using Microsoft.AspNetCore.Builder;

namespace LocalInference.Server.Tests.Origins;

public sealed class OriginTests
{
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:99", HttpStatusCode.OK)]
    [InlineData("192.168.3.4", HttpStatusCode.OK)]
    [InlineData("[::1]:11434", HttpStatusCode.OK)]
    [InlineData("box.local", HttpStatusCode.OK)]
    [InlineData("host.docker.internal", HttpStatusCode.OK)]
    [InlineData("models.example.com", HttpStatusCode.OK)]
    [InlineData("evil.com", HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.com", HttpStatusCode.Forbidden)]
    [InlineData("evilmodels.example.com", HttpStatusCode.Forbidden)]
    public async Task A_foreign_name_in_Host_is_refused(string host, HttpStatusCode status)
    {
        await using LoopbackServer server = await StartAsync("https://models.example.com:8080");
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
        request.Headers.Host = host;

        HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status == HttpStatusCode.Forbidden, (await response.Content.ReadAsStringAsync()).Length == 0);
    }

    [Theory]
    [InlineData("http://localhost:3000", true)]
    [InlineData("https://127.0.0.1", true)]
    [InlineData("http://[::1]:5", true)]
    [InlineData("app://obsidian.md", true)]
    [InlineData("chrome-extension://abc", true)]
    [InlineData("vscode-webview://abc", true)]
    [InlineData("https://chat.example.com", true)]
    [InlineData("https://a.b.example.org", true)]
    [InlineData("https://evil.com", false)]
    [InlineData("https://localhost.evil.com", false)]
    [InlineData("https://chat.example.com.evil.com", false)]
    [InlineData("http://chat.example.com", false)]
    [InlineData("null", false)]
    [InlineData("rubbish", false)]
    public async Task A_page_of_a_foreign_site_is_refused(string origin, bool isAllowed)
    {
        await using LoopbackServer server = await StartAsync("https://chat.example.com", "https://*.example.org");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/api/show")) { Content = new StringContent("{}") };
        request.Headers.Add("Origin", origin);

        HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(isAllowed ? HttpStatusCode.BadRequest : HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(isAllowed ? [origin] : [], response.Headers.TryGetValues("Access-Control-Allow-Origin", out IEnumerable<string>? values) ? values : [], StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_servers_own_pages_are_no_strangers()
    {
        await using LoopbackServer server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
        request.Headers.Host = "box.local:11434";
        request.Headers.Add("Origin", "http://box.local:11434");

        Assert.Equal(HttpStatusCode.OK, (await server.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("evil.com:11434", "http://evil.com:11434", false)]
    [InlineData("evil.com:11434", null, true)]
    [InlineData("models.lan:11434", null, true)]
    [InlineData("models.lan:11434", "http://models.lan:11434", false)]
    [InlineData("192.168.3.4:11434", "http://192.168.3.4:11434", true)]
    [InlineData("box.local:11434", "http://box.local:11434", true)]
    [InlineData("models.example.com", "https://models.example.com", true)]
    public async Task On_an_address_of_the_network_a_name_makes_no_page_the_servers_own(string host, string? origin, bool isAllowed)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => { }, static app =>
        {
            app.Use(static (context, next) =>
            {
                context.Connection.LocalIpAddress = IPAddress.Parse("192.168.3.4");
                return next(context);
            });
            app.UseRequestOriginCheck(new RequestOriginOptions { AllowedOrigins = ["https://models.example.com"] });
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await server.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_star_allows_every_page_and_host()
    {
        await using LoopbackServer server = await StartAsync("*");
        foreach (string origin in new[] { "https://evil.com", "null" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
            request.Headers.Host = "evil.com";
            request.Headers.Add("Origin", origin);

            Assert.Equal(HttpStatusCode.OK, (await server.Client.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task A_page_may_read_the_headers_of_its_answers()
    {
        await using LoopbackServer server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
        request.Headers.Add("Origin", "http://localhost:3000");

        HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Expose-Headers"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_asks_first_is_told_what_it_may_send()
    {
        await using LoopbackServer server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(server.Address, "/api/chat"));
        request.Headers.Add("Origin", "http://localhost:3000");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,x-api-key");

        HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["content-type,x-api-key"], response.Headers.GetValues("Access-Control-Allow-Headers"), StringComparer.Ordinal);
        Assert.Contains("POST", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
    }

    private static Task<LoopbackServer> StartAsync(params string[] origins) =>
        LoopbackServer.StartAsync(static _ => { }, app => app.UseRequestOriginCheck(new RequestOriginOptions { AllowedOrigins = origins }));
}
