using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Cli.Tests.Serve;

public sealed class ServerApplicationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null, false)]
    [InlineData("1", true)]
    public async Task A_blob_that_no_model_needs_goes_when_it_starts_unless_it_is_to_stay(string? noPrune, bool stays)
    {
        byte[] content = "nobody's"u8.ToArray();
        string digest = Convert.ToHexStringLower(SHA256.HashData(content));
        string blob = Path.Combine(_folder, "blobs", $"sha256-{digest}");
        using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = _folder, ReadOnlyDirectories = [] });
        using MemoryStream sent = new(content);
        Assert.True(await store.AddBlobAsync($"sha256:{digest}", sent));
        File.SetLastWriteTimeUtc(blob, DateTime.UtcNow.AddDays(-15));
        ServeSettings settings = await ServeSettings.ReadAsync(
            name => name == "OLLAMA_NOPRUNE" ? noPrune : null, "127.0.0.1:0", models: [], keepAlive: null, new LocalModelOptions(), CancellationToken.None);
        await using WebApplication app = ServerApplication.Create(settings, store);

        await app.StartAsync();

        Assert.Equal(stays, File.Exists(blob));
    }

    [Fact]
    public async Task It_speaks_TLS_with_the_certificate_of_the_settings()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=localinference", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string path = Path.Combine(_folder, "tls.crt"), keyPath = Path.Combine(_folder, "tls.key");
        await File.WriteAllTextAsync(path, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem());
        ServeSettings settings = await ReadAsync("https://127.0.0.1:0", ("Kestrel:Certificates:Default:Path", path), ("Kestrel:Certificates:Default:KeyPath", keyPath));
        await using WebApplication app = ServerApplication.Create(settings, store: null);
        await app.StartAsync();
        var trust = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, TrustMode = X509ChainTrustMode.CustomRootTrust };
        trust.CustomTrustStore.Add(certificate);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        using var client = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()) };

        Assert.Equal("https", client.BaseAddress.Scheme);
        Assert.Equal("ok", await client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [Fact]
    public async Task TLS_without_a_certificate_is_refused()
    {
        ServeSettings settings = await ReadAsync("https://127.0.0.1:0");

        CliException error = Assert.Throws<CliException>(() => ServerApplication.Create(settings, store: null));

        Assert.Equal((ExitCode.Usage, "The address asks for TLS, and the settings name no certificate."), (error.Code, error.Message));
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_named_with_what_to_do()
    {
        using CliHarness cli = Harness();

        int code = await ServeAsync(cli, "https://127.0.0.1:0", """{"Kestrel":{"Certificates":{"Default":{"Path":"/no/such/tls.crt","KeyPath":"/no/such/tls.key"}}}}""");

        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("error: The section 'Kestrel' of the settings cannot be used: ", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Kestrel":{"Endpoints":{"Other":{"Url":"nowhere"}}}}""")]
    [InlineData("""{"Kestrel":{"Endpoints":{"Other":{"Protocols":"Http1"}}}}""")]
    public async Task An_endpoint_of_the_settings_that_is_none_is_named_as_theirs(string settings)
    {
        using CliHarness cli = Harness();

        int code = await ServeAsync(cli, "127.0.0.1:0", settings);

        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("error: The section 'Kestrel' of the settings cannot be used: ", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_of_the_settings_that_is_taken_is_named()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        using CliHarness cli = Harness();

        int code = await ServeAsync(cli, "127.0.0.1:0", """{"Kestrel":{"Endpoints":{"Other":{"Url":"http://TAKEN"}}}}""".Replace("TAKEN", $"{taken.LocalEndpoint}", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Failure, code);
        Assert.StartsWith($"error: Failed to bind to address http://{taken.LocalEndpoint}: address already in use.\n", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named_whatever_else_the_settings_say()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        using CliHarness cli = Harness();

        int code = await ServeAsync(cli, $"{taken.LocalEndpoint}", """{"Kestrel":{"Endpoints":{"Other":{"Url":"http://127.0.0.1:0"}}}}""");

        Assert.Equal(ExitCode.Failure, code);
        Assert.StartsWith($"error: Another program listens on {taken.LocalEndpoint} already.\n", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_others_throw_is_not_blamed_on_the_section()
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Kestrel:EndpointDefaults:Protocols", (string?)"Http1")]).Build();

        Assert.True(KestrelSection.IsToBlame(new CryptographicException("x"), settings));
        Assert.False(KestrelSection.IsToBlame(new InvalidOperationException("x"), settings));
        Assert.False(KestrelSection.IsToBlame(new UnauthorizedAccessException("x"), settings));
        Assert.False(KestrelSection.IsToBlame(new CryptographicException("x"), new ConfigurationBuilder().Build()));
    }

    [Fact]
    public async Task Its_limits_are_those_of_the_settings()
    {
        ServeSettings settings = await ReadAsync("127.0.0.1:0", ("Server:MaxRequestBytes", "100"), ("Server:DrainTimeout", "00:00:01"));
        await using WebApplication app = ServerApplication.Create(settings, store: null);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var content = new StringContent($$"""{"model":"x","prompt":"{{new string('x', 200)}}"}""");

        using HttpResponseMessage response = await client.PostAsync(new Uri("/api/generate", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Every_option_can_be_set()
    {
        foreach (PropertyInfo option in typeof(LocalInferenceServerOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            string other = option.PropertyType == typeof(TimeSpan) ? "00:00:07" : option.PropertyType == typeof(bool) ? "true" : "7";
            ServeSettings settings = await ReadAsync("127.0.0.1:0", ($"Server:{option.Name}", other));

            LocalInferenceServerOptions options = ServerSection.Read(settings.Configuration);

            Assert.NotEqual(option.GetValue(new LocalInferenceServerOptions()), option.GetValue(options));
        }
    }

    [Theory]
    [InlineData("MaxRequestByte", "100", "has no 'MaxRequestByte'")]
    [InlineData("DrainTimeout", "soon", "Server:DrainTimeout")]
    [InlineData("RequestHeadersTimeout", "30", "Server:RequestHeadersTimeout")]
    [InlineData("DrainTimeout", "-00:00:01", "DrainTimeout must be between no time and 1.00:00:00")]
    [InlineData("RequestBodyGracePeriod", "00:00:01", "RequestBodyGracePeriod must be more than 00:00:01")]
    public async Task A_limit_that_cannot_be_is_named(string name, string value, string message)
    {
        ServeSettings settings = await ReadAsync("127.0.0.1:0", ($"Server:{name}", value));

        CliException error = Assert.Throws<CliException>(() => ServerApplication.Create(settings, store: null));

        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_named_with_what_to_do()
    {
        // Addresses for examples, which no machine has (RFC 5737).
        using CliHarness cli = Harness();

        int code = await ServeAsync(cli, "192.0.2.1:0", "{}");

        Assert.Equal(ExitCode.Failure, code);
        Assert.StartsWith("error: Nobody can listen on 192.0.2.1:0 here: ", cli.Error, StringComparison.Ordinal);
        Assert.Contains("--host", cli.Error, StringComparison.Ordinal);
    }

    private CliHarness Harness() => new() { Store = Path.Combine(_folder, "store"), Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_CONFIG_HOME"] = _folder } };

    // For what does not come to serve anything.
    private async Task<int> ServeAsync(CliHarness cli, string host, string settings)
    {
        string path = Path.Combine(_folder, "settings.json");
        await File.WriteAllTextAsync(path, settings);
        return await cli.RunAsync("serve", "--host", host, "--settings", path, "--batches", Path.Combine(_folder, "batches")).WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static async Task<ServeSettings> ReadAsync(string host, params (string Name, string Value)[] configuration)
    {
        ServeSettings settings = await ServeSettings.ReadAsync(static _ => null, host, models: [], keepAlive: null, new LocalModelOptions(), CancellationToken.None);
        return settings with
        {
            Configuration = new ConfigurationBuilder().AddInMemoryCollection(configuration.Select(static entry => KeyValuePair.Create(entry.Name, (string?)entry.Value))).Build(),
        };
    }
}
