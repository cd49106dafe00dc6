using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LocalInference.Benchmarks.Providers;

/// <summary>Answers each request with the same stream of OpenAI's, which lies in memory.</summary>
internal sealed class MemoryConnection(int updates) : HttpMessageHandler
{
    private readonly byte[] _body = Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Repeat("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"}}]}\n\n", updates))
        + "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
    {
        Content = new ByteArrayContent(_body) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } },
        RequestMessage = request,
    });
}
