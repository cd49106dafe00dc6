using System.Net;

namespace LocalInference.LoadTest.Tests.Targets;

/// <summary>Answers every request with the same text, and keeps what was asked.</summary>
internal sealed class CannedHandler(string answer, HttpStatusCode status = HttpStatusCode.OK) : HttpMessageHandler
{
    public Uri? Address { get; private set; }

    public string Body { get; private set; } = "";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Address = request.RequestUri;
        Body = await request.Content!.ReadAsStringAsync(cancellationToken);
        return new HttpResponseMessage(status) { Content = new StringContent(answer) };
    }
}
