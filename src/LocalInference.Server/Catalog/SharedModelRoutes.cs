using LocalInference.Server.Anthropic;
using LocalInference.Server.Http;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace LocalInference.Server.Catalog;

/// <summary>
/// <c>GET /v1/models</c> and <c>GET /v1/models/NAME</c>, which OpenAI's and Anthropic's interfaces both have: one handler, which answers
/// in Anthropic's form to whoever says Anthropic's version, as that company's SDKs always do.
/// </summary>
internal sealed class SharedModelRoutes : EndpointDataSource
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
        Endpoints =
        [
            Route("/v1/models", "Lists the models.", openAIModels.ListAsync, anthropicModels.ListAsync),
            Route($"/v1/models/{{*{NameParameter}}}", "Tells of a model.", context => openAIModels.FindAsync(context, NameOf(context)), context => anthropicModels.FindAsync(context, NameOf(context))),
        ];

        Microsoft.AspNetCore.Http.Endpoint Route(string path, string summary, RequestDelegate ofOpenAI, RequestDelegate ofAnthropic)
        {
            ofOpenAI = openAIProtocol.Complete(openAI.Endpoint.Of(ofOpenAI));
            ofAnthropic = anthropicProtocol.Complete(anthropic.Endpoint.Of(ofAnthropic));
            RequestDelegate handler = context => (context.Request.Headers.ContainsKey(AnthropicVersion) ? ofAnthropic : ofOpenAI)(context);
            var route = new RouteEndpointBuilder(handler, RoutePatternFactory.Parse(path), order: 0) { DisplayName = $"HTTP: GET {path}" };
            route.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get]));
            route.Metadata.Add(new RouteDescription(openAIProtocol, summary));
            return route.Build();
        }
    }

    public override IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints { get; }

    /// <summary>Maps them, if the other of the two interfaces has not done so.</summary>
    public static void MapOnce(IEndpointRouteBuilder endpoints, LocalInferenceServerOptions options)
    {
        if (!endpoints.DataSources.OfType<SharedModelRoutes>().Any())
        {
            endpoints.DataSources.Add(new SharedModelRoutes(endpoints, options));
        }
    }

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    // Slashes included, also those that SDKs escape: Kestrel alone leaves these as they come.
    private static string NameOf(HttpContext context) => ((string)context.Request.RouteValues[NameParameter]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
