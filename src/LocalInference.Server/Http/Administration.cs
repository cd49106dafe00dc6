using System.Net;
using LocalInference.Server.Keys;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Http;

/// <summary>Keeps the routes that change models for keys of administrators; without keys, for those who sit at the server, unless the application says otherwise.</summary>
internal static class Administration
{
    // What proxies say of themselves (RFC 7239, RFC 9110 section 7.6.3, and what was there before): behind one on this machine everybody
    // has its address.
    private static readonly string[] s_passedOn = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"];

    /// <summary>A handler for who may administrate.</summary>
    public static RequestDelegate Guard(RequestDelegate handler, LocalInferenceServerOptions options) => context =>
        context.Features.Get<KeyHolder>() is { } holder
            ? holder.Key.Scope == ApiKeyScope.Admin ? handler(context) : throw Refusal("This key opens the use of models, not their change.", "administration_needs_key")
            : options.AllowRemoteAdministration || IsLocal(context) ? handler(context)
            : throw Refusal("Models are changed from the server's own machine only.", "administration_local_only");

    private static RequestException Refusal(string message, string code) => new(new Fault(FaultKind.Forbidden, message) { Code = code });

    private static bool IsLocal(HttpContext context) =>
        IsLocal(context.Connection.RemoteIpAddress) && !s_passedOn.Any(context.Request.Headers.ContainsKey);

    // No address: a socket of this machine's file system.
    private static bool IsLocal(IPAddress? address) => address is null || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
