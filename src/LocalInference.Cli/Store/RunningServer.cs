using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Store;

/// <summary>The server that holds models in memory, ours or Ollama's, asked as its clients ask it.</summary>
internal sealed class RunningServer : IDisposable
{
    private const int MostBytes = 4 << 20;

    // The key of a server that asks for one (serve --keys).
    private const string KeyVariable = "LOCALINFERENCE_API_KEY";

    // Long enough for a server of this machine that is busy; others have no one who waits for them.
    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;

    private RunningServer(HttpClient http) => _http = http;

    /// <summary>How long an answer is waited for that only tells what there is.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Finds out where it is; it need not be there.</summary>
    /// <param name="host">What the command line says.</param>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="cancellationToken">Stops the look-up of a host's name.</param>
    /// <exception cref="CliException">That is no address.</exception>
    public static async Task<RunningServer> LocateAsync(string? host, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        ServerAddress address = await ListenAddress.LocateAsync(host, variable, cancellationToken).ConfigureAwait(false);
        var http = new HttpClient { BaseAddress = address.ToConnect(), Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };
        if (variable(KeyVariable) is { Length: > 0 } key)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return new(http);
    }

    /// <summary>
    /// A server of ours that has a store, where the environment says; <see langword="null"/>: none answers, or it has none. One that is not
    /// trusted is passed over with a warning.
    /// </summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="error">Gets the warning.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static async Task<RunningServer?> FindOursAsync(Func<string, string?> variable, TextWriter error, CancellationToken cancellationToken)
    {
        RunningServer? server = null;
        try
        {
            server = await LocateAsync(host: null, variable, cancellationToken).ConfigureAwait(false);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(s_probe);
            JsonElement version = await server.SendAsync(HttpMethod.Get, "/api/version", body: null, limit.Token).ConfigureAwait(false);
            if (version.ValueKind == JsonValueKind.Object && version.TryGetProperty("store", out JsonElement store) && store.ValueKind == JsonValueKind.True)
            {
                return server;
            }
        }
        catch (CliException e) when (e.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
        {
            // Who names an address with https means the one that is there.
            await error.WriteLineAsync(PrintableText.OnOneLine($"warning: {e.Message} This process does the work itself.")).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CliException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Nobody is there, somebody else, or one whose key we have not got; or what the environment names is no address of ours.
        }

        server?.Dispose();
        return null;
    }

    /// <summary>The lines that it answers, each an object.</summary>
    /// <param name="path">The path, which is asked with POST.</param>
    /// <param name="body">JSON to send.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CliException">It is not there, or refuses.</exception>
    public async IAsyncEnumerable<JsonElement> StreamAsync(string path, string body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using HttpResponseMessage response = await BeginAsync(request, cancellationToken).ConfigureAwait(false);
        Stream content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var lines = new StreamReader(content);
        while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonElement.Parse(line);
            }
        }
    }

    /// <summary>Whether it has something.</summary>
    /// <param name="path">The path, which is asked with HEAD.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CliException">It is not there.</exception>
    public async Task<bool> HasAsync(string path, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        using HttpResponseMessage response = await BeginAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Sends it a file.</summary>
    /// <param name="path">The path, which takes it with POST.</param>
    /// <param name="content">The file.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CliException">It is not there, or refuses.</exception>
    public async Task UploadAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StreamContent(content) };
        using HttpResponseMessage response = await BeginAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            throw new CliException($"The server answered {(int)response.StatusCode}: {text.Trim()}", "Look into the server's log.");
        }
    }

    /// <summary>What it answers.</summary>
    /// <param name="method">GET, POST or DELETE.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">JSON to send; <see langword="null"/>: none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CliException">It is not there, refuses, or does not answer in time.</exception>
    public Task<JsonElement> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken) =>
        SendAsync(method, path, body, Patience, cancellationToken);

    /// <summary>Has it do something, however long that takes: gigabytes may be copied, or requests of others answered before.</summary>
    /// <param name="path">The path, which is asked with POST.</param>
    /// <param name="body">JSON to send.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CliException">It is not there, or refuses.</exception>
    public Task<JsonElement> DoAsync(string path, string body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, Timeout.InfiniteTimeSpan, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using HttpRequestMessage request = new(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            using HttpResponseMessage response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false);

            // What only does something answers nothing.
            JsonElement answer = text.Length == 0 ? default : JsonElement.Parse(text);
            return response.IsSuccessStatusCode ? answer : throw new CliException(ServerJson.Text(answer, "error") ?? $"The server answered {(int)response.StatusCode}.", "Run `localinference ps` for what it has in memory.");
        }
        catch (HttpRequestException e)
        {
            throw Gone(e);
        }
        catch (JsonException)
        {
            throw new CliException($"What answers at {_http.BaseAddress} is no server of models.", "Name another one with --host.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"The server at {_http.BaseAddress} has not answered within {patience.TotalSeconds:0} s.", "Try again when it is less busy.");
        }
    }

    // It may load a model first, which takes the time that it takes.
    private async Task<HttpResponseMessage> BeginAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Gone(e);
        }
    }

    private CliException Gone(HttpRequestException e) => e.HttpRequestError == HttpRequestError.SecureConnectionError
        ? new(
            $"No TLS connection to {_http.BaseAddress} comes about: {(e.InnerException ?? e).Message.TrimEnd('.')}.",
            "Add the server's certificate to those that this machine trusts (on Linux SSL_CERT_FILE names more of them), or name another server with --host.",
            inner: e)
        : new($"No server answers at {_http.BaseAddress}: {e.Message}", "Start one with `localinference serve`, or name another one with --host.");
}
