using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace LocalInference.Server.Http;

/// <summary>Routes that several protocols have: there once, whichever of these are mapped.</summary>
internal abstract class SharedRoutes : EndpointDataSource
{
    private readonly List<Microsoft.AspNetCore.Http.Endpoint> _endpoints = [];

    public override IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints => _endpoints;

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    /// <summary>Maps them, if another protocol has not done so.</summary>
    protected static void MapOnce<T>(IEndpointRouteBuilder endpoints, Func<T> create)
        where T : SharedRoutes
    {
        if (!endpoints.DataSources.OfType<T>().Any())
        {
            endpoints.DataSources.Add(create());
        }
    }

    /// <summary>Adds one.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path.</param>
    /// <param name="order">As <see cref="RouteMap.Order"/>.</param>
    /// <param name="description">What it does.</param>
    /// <param name="handler">Answers.</param>
    protected void Add(string method, string path, int order, RouteDescription description, RequestDelegate handler)
    {
        var route = new RouteEndpointBuilder(handler, RoutePatternFactory.Parse(path), order) { DisplayName = $"HTTP: {method} {path}" };
        route.Metadata.Add(new HttpMethodMetadata([method]));
        route.Metadata.Add(description);
        _endpoints.Add(route.Build());
    }
}
