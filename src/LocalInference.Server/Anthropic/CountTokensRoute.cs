using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Anthropic;

/// <summary><c>POST /v1/messages/count_tokens</c>.</summary>
internal sealed class CountTokensRoute(ServerContext server)
{
    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        AnthropicRequest request = await AnthropicRequest.ReadAsync(server, body.Fields, context.RequestAborted).ConfigureAwait(false);
        TokenCount count = await server.Get<ITokenCounter>("counting of tokens").CountTokensAsync(request.Generation, context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("input_tokens", count.Tokens);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
