using System.Security.Cryptography;
using System.Text;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;
using Endpoint = LocalInference.Server.Http.Endpoint;

namespace LocalInference.Server.Keys;

/// <summary>Lets in who has a key, within the key's limits.</summary>
internal sealed class ApiKeyMiddleware
{
    private const string Bearer = "Bearer ";
    private const string AnthropicHeader = "x-api-key";

    private readonly RequestDelegate _next;
    private readonly CallerKeys _keys;
    private readonly Func<WireProtocol, Endpoint> _endpointOf;

    public ApiKeyMiddleware(RequestDelegate next, CallerKeys keys, Func<WireProtocol, Endpoint> endpointOf)
    {
        _next = next;
        _keys = keys;
        _endpointOf = endpointOf;
    }

    public Task InvokeAsync(HttpContext context) =>
        _keys.IsOpen(context.Request.Path.Value)
            ? _next(context)
            : _endpointOf(CallersProtocol.Of(context)).Of(AdmitAsync)(context);

    private Task AdmitAsync(HttpContext context) => (Find(context.Request.Headers) ?? throw Refuse(context)).RunAsync(context, _next);

    // All hashes are compared whole, so that the time it takes tells nothing.
    private KeyHolder? Find(IHeaderDictionary headers)
    {
        string? authorization = headers.Authorization;
        string? key = authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? authorization[Bearer.Length..].Trim() : headers[AnthropicHeader];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key ?? ""), hash);
        KeyHolder? found = null;
        foreach (KeyHolder holder in _keys.Holders)
        {
            if (CryptographicOperations.FixedTimeEquals(holder.Hash, hash))
            {
                found = holder;
            }
        }

        return found;
    }

    private static RequestException Refuse(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new RequestException(new Fault(FaultKind.Unauthorized, "A valid key is needed: send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'.") { Code = "invalid_api_key" });
    }
}
