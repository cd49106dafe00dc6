using System.Net;
using System.Net.Sockets;
using System.Text;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.Operation;

/// <summary>Those who hold a connection by sending next to nothing on it.</summary>
public sealed class SlowRequestTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // The web server looks once a second.
    private static readonly LocalInferenceServerOptions s_options = new()
    {
        RequestHeadersTimeout = TimeSpan.FromSeconds(1),
        RequestBodyGracePeriod = TimeSpan.FromSeconds(1.5),
        MinRequestBytesPerSecond = 1000,
    };

    [Theory]
    [InlineData("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nX: ", "HTTP/1.1 408 ", "")]
    [InlineData("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n{", "HTTP/1.1 408 ", "{\"error\":\"The request's body came too slowly.\"}")]
    [InlineData("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n{", "HTTP/1.1 408 ", "\"type\":\"timeout_error\"")]
    public async Task A_slow_request_is_given_up_and_the_server_goes_on(string begun, string status, string error)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(ScriptedAnswer.Say("x")), options: s_options);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(begun));

        // A byte now and then, until the server has had enough.
        using var ending = new CancellationTokenSource();
        Task dripping = DripAsync(stream, ending.Token);
        using var reader = new StreamReader(stream);
        string answer = await reader.ReadToEndAsync().WaitAsync(s_patience);
        await ending.CancelAsync();
        await dripping;

        Assert.StartsWith(status, answer, StringComparison.Ordinal);
        Assert.Contains(error, answer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/generate", """{"model":"chat","prompt":"x"}""")).Status);
    }

    private static async Task DripAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(200, cancellationToken);
                await stream.WriteAsync("x"u8.ToArray(), cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The other end is closed, or the test has seen what it waits for.
        }
    }
}
