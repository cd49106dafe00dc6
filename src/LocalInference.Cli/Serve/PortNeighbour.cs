using System.Net;
using System.Text.Json;

namespace LocalInference.Cli.Serve;

/// <summary>Says what listens on a port that is taken.</summary>
internal static class PortNeighbour
{
    // Long enough for a server of this machine that is busy, which is to be known for what it is.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static async Task<string> DescribeAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new HttpClient { Timeout = s_patience, MaxResponseContentBufferSize = 64 * 1024 };
            string answer = await client.GetStringAsync(new Uri($"http://{ListenAddress.ToConnect(address)}/api/version"), cancellationToken).ConfigureAwait(false);
            using JsonDocument json = JsonDocument.Parse(answer);
            return json.RootElement.TryGetProperty("engine", out _) ? "Another LocalInference server"
                : json.RootElement.TryGetProperty("version", out JsonElement version) ? $"Ollama {version}"
                : "Another program";
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or TaskCanceledException)
        {
            return "Another program";
        }
    }
}
