using System.Net.Http.Headers;
using System.Text.Json;
using LocalInference.Compare;
using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Texts;

/// <summary>A llama-server with one slot and no caches, asked by <c>POST /completion</c> (tools/server/README.md of llama.cpp v0.5.0).</summary>
internal sealed class CompletionServer : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly HttpClient _client;

    private CompletionServer(ServerProcess process)
    {
        _process = process;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = process.Address, Timeout = TimeSpan.FromMinutes(10) };
    }

    /// <summary>Starts a server whose context is like the engine's.</summary>
    /// <exception cref="CompareException">It ended, or does not answer.</exception>
    public static async Task<CompletionServer> StartAsync(string program, EngineSetup setup, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-m", setup.Path, "-np", "1", "-c", $"{setup.CacheLength}", "-b", $"{setup.Rows}", "-ub", $"{setup.Rows}", "-t", $"{setup.Threads}", "-tb", $"{setup.Threads}",
            "--cache-ram", "0", "--no-webui", "--offline",
        ];
        return new CompletionServer(await ServerProcess.StartAsync(program, arguments, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>A greedy answer to a prompt of tokens; it ends early where the model ends it.</summary>
    public async Task<GreedyAnswer> AnswerAsync(int[] prompt, int tokens, CancellationToken cancellationToken)
    {
        using ByteArrayContent content = new(Body(prompt, tokens)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using HttpResponseMessage response = await _client.PostAsync("completion", content, cancellationToken).ConfigureAwait(false);
        byte[] json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new CompareException($"llama-server answers {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(json)}");
        }

        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement answer = document.RootElement;
        return new GreedyAnswer(
            [.. answer.GetProperty("tokens").EnumerateArray().Select(static token => token.GetInt32())],
            answer.GetProperty("content").GetString()!,
            answer.GetProperty("timings").GetProperty("cache_n").GetInt32());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private static byte[] Body(int[] prompt, int tokens)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("prompt");
            foreach (int token in prompt)
            {
                writer.WriteNumberValue(token);
            }

            writer.WriteEndArray();
            writer.WriteNumber("n_predict", tokens);
            writer.WriteNumber("temperature", 0);
            writer.WriteBoolean("cache_prompt", false);
            writer.WriteBoolean("return_tokens", true);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
