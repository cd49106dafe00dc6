using System.Net;

namespace LocalInference;

/// <summary>A request to a registry, which may have to be sent more than once: with a token, to where it is redirected, after a failure.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Uri">Where it goes.</param>
internal sealed record RegistryMessage(HttpMethod Method, Uri Uri)
{
    /// <summary>Adds headers.</summary>
    public Action<HttpRequestMessage> Prepare { get; init; } = static _ => { };

    /// <summary>Makes the body anew each time.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>Answers that are none of success and yet the caller's to read.</summary>
    public IReadOnlyCollection<HttpStatusCode> Expected { get; init; } = [];
}
