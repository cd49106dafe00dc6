using System.Net;
using System.Text;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;

namespace LocalInference.Cli.Store;

/// <summary>The server that holds models in memory, ours or Ollama's, asked as its clients ask it.</summary>
internal sealed class RunningServer : IDisposable
{
    private const int MostBytes = 4 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    private RunningServer(HttpClient http) => _http = http;

    /// <summary>Finds out where it is; it need not be there.</summary>
    /// <param name="host">What the command line says.</param>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="cancellationToken">Stops the look-up of a host's name.</param>
    /// <exception cref="CliException">That is no address.</exception>
    public static async Task<RunningServer> LocateAsync(string? host, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        IPEndPoint address = await ListenAddress.ReadAsync(host, variable, cancellationToken).ConfigureAwait(false);
        return new(new HttpClient { BaseAddress = new Uri($"http://{ListenAddress.ToConnect(address)}"), Timeout = s_patience, MaxResponseContentBufferSize = MostBytes });
    }

    /// <summary>What it answers.</summary>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">JSON to send; <see langword="null"/>: none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CliException">It is not there, or refuses.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = new(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            JsonElement answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
            return response.IsSuccessStatusCode ? answer : throw new CliException(Reason(answer) ?? $"The server answered {(int)response.StatusCode}.", "Run `localinference ps` for what it has in memory.");
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"No server answers at {_http.BaseAddress}: {e.Message}", "Start one with `localinference serve`, or name another one with --host.");
        }
        catch (JsonException)
        {
            throw new CliException($"What answers at {_http.BaseAddress} is no server of models.", "Name another one with --host.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"The server at {_http.BaseAddress} has not answered within {s_patience.TotalSeconds:0} s.", "Try again when it is less busy.");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string? Reason(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String ? error.GetString() : null;
}
