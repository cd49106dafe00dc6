using LocalInference.Server.Anthropic;
using LocalInference.Server.Ollama;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Http;

/// <summary>The protocol whose form a client understands, where a request is answered before its route is.</summary>
internal static class CallersProtocol
{
    private static readonly WireProtocol s_ollama = new OllamaProtocol();
    private static readonly WireProtocol s_openAI = new OpenAIProtocol();
    private static readonly WireProtocol s_anthropic = new AnthropicProtocol();

    public static WireProtocol Of(HttpContext context)
    {
        bool isVersioned = context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal);
        return isVersioned && context.Request.Headers.ContainsKey("anthropic-version") ? s_anthropic
            : context.GetEndpoint()?.Metadata.GetMetadata<RouteDescription>()?.Protocol is { } protocol ? protocol
            : isVersioned ? s_openAI
            : s_ollama;
    }
}
