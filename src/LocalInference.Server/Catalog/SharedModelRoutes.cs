using LocalInference.Server.Anthropic;
using LocalInference.Server.Http;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalInference.Server.Catalog;

/// <summary>
/// <c>GET /v1/models</c> and <c>GET /v1/models/NAME</c>, which OpenAI's and Anthropic's interfaces both have: one handler, which answers
/// in Anthropic's form to whoever says Anthropic's version, as that company's SDKs always do.
/// </summary>
internal sealed class SharedModelRoutes : SharedRoutes
{
    private const string AnthropicVersion = "anthropic-version";
    private const string NameParameter = "model";

    private SharedModelRoutes(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        var openAIProtocol = new OpenAIProtocol();
        var anthropicProtocol = new AnthropicProtocol();
        var openAI = new ServerContext(endpoints, options, openAIProtocol);
        var anthropic = new ServerContext(endpoints, options, anthropicProtocol);
        var openAIModels = new OpenAI.ModelsRoutes(openAI);
        var anthropicModels = new Anthropic.ModelsRoutes(anthropic);
        Map("/v1/models", "Lists the models.", openAIModels.ListAsync, anthropicModels.ListAsync);
        Map($"/v1/models/{{*{NameParameter}}}", "Tells of a model.", context => openAIModels.FindAsync(context, NameOf(context)), context => anthropicModels.FindAsync(context, NameOf(context)));

        void Map(string path, string summary, RequestDelegate ofOpenAI, RequestDelegate ofAnthropic)
        {
            ofOpenAI = openAIProtocol.Complete(openAI.Endpoint.Of(ofOpenAI));
            ofAnthropic = anthropicProtocol.Complete(anthropic.Endpoint.Of(ofAnthropic));
            Add(HttpMethods.Get, path, order: 0, new RouteDescription(openAIProtocol, summary), context => (context.Request.Headers.ContainsKey(AnthropicVersion) ? ofAnthropic : ofOpenAI)(context));
        }
    }

    /// <summary>Maps them, if the other of the two interfaces has not done so.</summary>
    public static void MapOnce(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options) =>
        MapOnce(endpoints, () => new SharedModelRoutes(endpoints, options));

    // Slashes included, also those that SDKs escape: Kestrel alone leaves these as they come.
    private static string NameOf(HttpContext context) => ((string)context.Request.RouteValues[NameParameter]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
