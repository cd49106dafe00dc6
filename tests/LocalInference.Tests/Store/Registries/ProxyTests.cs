using LocalInference.Abstractions;
using LocalInference.Tests.Store.Pulling;

namespace LocalInference.Tests.Store.Registries;

/// <summary>Models come and go by way of a proxy. Hosts are such as nobody could resolve: who did not ask the proxy would fail.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string Login = "me:p@ss:word";
    private const string Address = "me:p%40ss%3Aword@";

    private readonly StoreFolder _folder = new();

    private static readonly Func<string, string?> s_noVariables = static _ => null;
    private static readonly PullOptions s_pulling = new() { RetryDelay = TimeSpan.FromMilliseconds(1), ChunkBytes = 64 << 10, HuggingFaceToken = "" };
    private static readonly PushOptions s_pushing = new() { RetryDelay = TimeSpan.FromMilliseconds(1), ChunkBytes = 64 << 10, Credentials = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal) };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(Login)]
    public async Task Without_encryption_a_proxy_is_asked_for_addresses_in_full(string? login)
    {
        await using TestRegistry registry = new();
        await using TestProxy proxy = new(registry.Host) { Login = login };
        ModelManifest offered = Offer(registry);
        using ModelStore store = Open(("HTTP_PROXY", $"http://{(login is null ? "" : Address)}{proxy.Host}"), ("HTTPS_PROXY", "http://nobody.test:1"));

        await store.PullAsync("registry.test:5000/library/m:t", s_pulling with { AllowInsecure = true });
        await store.CopyAsync("registry.test:5000/library/m:t", "other.test/library/n:t");
        await store.PushAsync("other.test/library/n:t", s_pushing with { AllowInsecure = true });

        Assert.Empty(await store.VerifyAsync());
        Assert.Equal(registry.Manifest("library/m:t"), registry.Manifest("library/n:t"));
        (string Line, bool IsAllowed)[] asked = [.. proxy.Requests];
        Assert.Contains(("GET http://registry.test:5000/v2/library/m/manifests/t HTTP/1.1", true), asked);
        Assert.Contains(("PUT http://other.test/v2/library/n/manifests/t HTTP/1.1", true), asked);
        Assert.Equal(registry.Requests.Count, asked.Count(static request => request.IsAllowed));
        Assert.All(offered.Blobs, blob => Assert.NotNull(registry.Blob(blob.Digest)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Login)]
    public async Task With_encryption_a_proxy_opens_a_tunnel(string? login)
    {
        await using TestRegistry registry = new();
        await using TestProxy proxy = new(registry.Host) { Login = login };
        byte[] manifest = Offer(registry).ToJson();
        ModelName name = ModelName.Parse("registry.test/library/m:t");
        using HttpClient http = Client(proxy, ("https_proxy", $"{(login is null ? "" : Address)}{proxy.Host}"), ("HTTPS_PROXY", "http://nobody.test:1"));
        StoreRoot root = new(_folder.Root, isWritable: true);

        using RegistryClient client = new(http, RegistryAddress.Of(name, s_pulling, s_noVariables), name, s_pulling);
        byte[] pulled = await new ModelPull(root, client, name, static _ => { }, s_pulling, new TransferProgress(null, "pulling")).RunAsync(default);
        Assert.Equal(manifest, pulled);

        _folder.Store.WriteManifest(name, pulled);
        await _folder.Store.CopyAsync(name.ToString(), "other.test/library/n:t");
        IndexedModel copy = _folder.Store.FindEntry(ModelName.Parse("other.test/library/n:t"))!;
        using RegistryTransport transport = new(http, RegistryAddress.Of(copy.Name, s_pushing, s_noVariables), copy.Name, s_pushing);
        await new ModelPush(new RegistryUploads(transport, copy.Name, s_pushing), copy, [], s_pushing, new TransferProgress(null, "pushing")).RunAsync(default);

        Assert.Equal(manifest, registry.Manifest("library/n:t"));
        Assert.Empty(await _folder.Store.VerifyAsync());
        Assert.All(proxy.Requests, static request => Assert.StartsWith("CONNECT ", request.Line, StringComparison.Ordinal));
        Assert.Contains(proxy.Requests, static request => request is { Line: "CONNECT registry.test:443 HTTP/1.1", IsAllowed: true });
        Assert.Contains(proxy.Requests, static request => request is { Line: "CONNECT other.test:443 HTTP/1.1", IsAllowed: true });
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(true, "me:wrong@")]
    [InlineData(false, "")]
    [InlineData(false, "me:wrong@")]
    public async Task A_proxy_that_wants_another_password_is_named_at_once(bool isInsecure, string user)
    {
        await using TestRegistry registry = new();
        await using TestProxy proxy = new(registry.Host) { Login = Login };
        Offer(registry);
        using ModelStore store = Open(("ALL_PROXY", $"http://{user}{proxy.Host}"));

        StoreException e = await Assert.ThrowsAsync<StoreException>(() => store.PullAsync("registry.test/library/m:t", s_pulling with { AllowInsecure = isInsecure }));

        Assert.Equal(("proxy_refused", "registry.test"), (e.Code, e.Value));
        Assert.Contains("407", e.Message, StringComparison.Ordinal);
        Assert.Contains("HTTPS_PROXY", e.NextStep, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", e.ToString(), StringComparison.Ordinal);
        Assert.InRange(proxy.Requests.Count, 1, 2);
        Assert.Empty(registry.Requests);
    }

    [Theory]
    [InlineData("403 Forbidden", 1, "proxy_refused")]
    [InlineData("503 Service Unavailable", 3, "download_failed")]
    public async Task A_proxy_that_opens_no_tunnel_is_asked_again_if_that_may_help(string answer, int asked, string code)
    {
        await using TestRegistry registry = new();
        await using TestProxy proxy = new(registry.Host) { RefuseTunnel = () => answer };
        using ModelStore store = Open(("HTTPS_PROXY", $"http://{proxy.Host}"));

        StoreException e = await Assert.ThrowsAsync<StoreException>(() => store.PullAsync("registry.test/library/m:t", s_pulling with { Retries = 2 }));

        Assert.Equal(code, e.Code);
        Assert.Contains(answer[..3], e.Message, StringComparison.Ordinal);
        Assert.Equal(asked, proxy.Requests.Count);
    }

    [Fact]
    public async Task A_proxy_that_fails_for_a_while_does_no_harm()
    {
        await using TestRegistry registry = new();
        int tunnels = 0;
        await using TestProxy proxy = new(registry.Host) { RefuseTunnel = () => Interlocked.Increment(ref tunnels) <= 2 ? "502 Bad Gateway" : null };
        byte[] manifest = Offer(registry).ToJson();
        ModelName name = ModelName.Parse("registry.test/library/m:t");
        using HttpClient http = Client(proxy, ("HTTPS_PROXY", proxy.Host));

        using RegistryClient client = new(http, RegistryAddress.Of(name, s_pulling, s_noVariables), name, s_pulling);

        Assert.Equal(manifest, await client.GetManifestAsync(default));
    }

    [Fact]
    public async Task This_machine_is_not_asked_for_by_a_proxy()
    {
        await using TestRegistry registry = new();
        await using TestProxy proxy = new(registry.Host) { RefuseTunnel = static () => "403 Forbidden" };
        Offer(registry);
        using ModelStore store = Open(("ALL_PROXY", $"http://{proxy.Host}"));

        await store.PullAsync($"{registry.Host}/library/m:t", s_pulling with { AllowInsecure = true });

        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task A_proxy_without_an_address_is_an_error_that_keeps_the_password()
    {
        using ModelStore store = Open(("HTTPS_PROXY", "ftp://me:secret@proxy.test"));

        StoreException e = await Assert.ThrowsAsync<StoreException>(() => store.PullAsync("registry.test/library/m:t", s_pulling));

        Assert.Equal(("store_failed", "HTTPS_PROXY"), (e.Code, e.Value));
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
    }

    private static ModelManifest Offer(TestRegistry registry) =>
        registry.Offer("library/m:t", (MediaTypes.Model, TestRegistry.Bytes(1, 200_000)), (MediaTypes.Config, """{"model_format":"gguf","model_family":"llama"}"""u8.ToArray()));

    private static Func<string, string?> Variables((string Name, string Value)[] variables) =>
        variables.ToDictionary(static variable => variable.Name, static variable => (string?)variable.Value, StringComparer.Ordinal).GetValueOrDefault;

    // What a store would make, but for the certificate that it trusts.
    private static HttpClient Client(TestProxy proxy, params (string Name, string Value)[] variables)
    {
        SocketsHttpHandler handler = RegistryHttp.CreateHandler(Variables(variables));
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => proxy.IsOwn(certificate);
        return RegistryHttp.CreateClient(handler);
    }

    private ModelStore Open(params (string Name, string Value)[] variables) =>
        ModelStore.Open(new ModelStoreOptions { Directory = _folder.Root, ReadOnlyDirectories = [], Variables = Variables(variables) });
}
