using System.Reflection;
using System.Text;
using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace LocalInference.Server.OpenApi;

/// <summary>
/// Describes the mapped routes as an OpenAPI 3.1 document, from what they were mapped with. The handlers read and write JSON themselves,
/// so there are no types that a generator such as Microsoft.AspNetCore.OpenApi could describe them by.
/// </summary>
internal static class OpenApiDocument
{
    public static void Write(Utf8JsonWriter json, IEnumerable<RouteEndpoint> routes)
    {
        RouteEndpoint[] described = [.. routes.Where(static route => DescriptionOf(route) is not null)];
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.0");
        json.WriteStartObject("info");
        json.WriteString("title", "LocalInference");
        json.WriteString("version", typeof(OpenApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0");
        json.WriteEndObject();
        json.WriteStartArray("security");
        json.WriteRawValue("""{"key":[]}""");
        json.WriteRawValue("{}");
        json.WriteEndArray();
        json.WriteStartObject("paths");
        foreach (IGrouping<string, RouteEndpoint> path in described.GroupBy(static route => PathOf(route.RoutePattern), StringComparer.Ordinal).OrderBy(static path => path.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(path.Key);
            foreach (RouteEndpoint route in path)
            {
                foreach (string method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                {
                    json.WritePropertyName(method.ToLowerInvariant());
                    Operation(json, method, path.Key, route.RoutePattern, DescriptionOf(route)!);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        Components(json, described.Select(static route => DescriptionOf(route)!.Protocol).OfType<WireProtocol>().DistinctBy(static protocol => protocol.Name, StringComparer.Ordinal));
        json.WriteEndObject();
    }

    /// <summary>A route's path as OpenAPI writes it: a parameter that takes slashes too has no mark of its own there.</summary>
    public static string PathOf(RoutePattern pattern) => $"/{string.Join('/', pattern.PathSegments.Select(static segment => string.Concat(segment.Parts.Select(static part => part switch
    {
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    }))))}";

    private static RouteDescription? DescriptionOf(RouteEndpoint route) => route.Metadata.GetMetadata<RouteDescription>();

    private static void Operation(Utf8JsonWriter json, string method, string path, RoutePattern pattern, RouteDescription description)
    {
        json.WriteStartObject();
        json.WriteString("operationId", OperationId(method, path));
        json.WriteStartArray("tags");
        json.WriteStringValue(description.Protocol?.Name ?? "Operation");
        json.WriteEndArray();
        json.WriteString("summary", description.Summary);
        if (pattern.Parameters.Count > 0)
        {
            json.WriteStartArray("parameters");
            foreach (RoutePatternParameterPart parameter in pattern.Parameters)
            {
                json.WriteStartObject();
                json.WriteString("name", parameter.Name);
                json.WriteString("in", "path");
                json.WriteBoolean("required", true);
                json.WritePropertyName("schema");
                json.WriteRawValue("""{"type":"string"}""");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (description.Body is { } body)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            json.WriteStartObject("content");
            json.WriteStartObject("application/json");
            json.WritePropertyName("schema");
            Body(json, body);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Responses(json, description);
        json.WriteEndObject();
    }

    private static void Responses(Utf8JsonWriter json, RouteDescription description)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject("200");
        json.WriteString("description", "What was asked for.");
        json.WriteStartObject("content");
        foreach (string type in description.Answers)
        {
            json.WritePropertyName(type);
            json.WriteRawValue("{}");
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("default");
        json.WriteString("description", "Why it cannot be.");
        if (description.Protocol is { } protocol)
        {
            json.WriteStartObject("content");
            json.WriteStartObject("application/json");
            json.WriteStartObject("schema");
            json.WriteString("$ref", $"#/components/schemas/{protocol.Name}Error");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    // RouteDescription.Body tells the notation.
    private static void Body(Utf8JsonWriter json, string body)
    {
        string[][] fields = [.. body.Split(' ').Select(static field => field.Split(':'))];
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (string[] field in fields)
        {
            string[] types = field is [_, var given] ? given.Split('|') : ["string"];
            json.WriteStartObject(field[0].TrimEnd('!'));
            if (types is [var only])
            {
                json.WriteString("type", only);
            }
            else
            {
                json.WriteStartArray("type");
                foreach (string type in types)
                {
                    json.WriteStringValue(type);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("required");
        foreach (string[] field in fields.Where(static field => field[0].EndsWith('!')))
        {
            json.WriteStringValue(field[0].TrimEnd('!'));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Components(Utf8JsonWriter json, IEnumerable<WireProtocol> protocols)
    {
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        foreach (WireProtocol protocol in protocols)
        {
            json.WritePropertyName($"{protocol.Name}Error");
            json.WriteRawValue(protocol.ErrorSchema);
        }

        json.WriteEndObject();
        json.WritePropertyName("securitySchemes");
        json.WriteRawValue("""{"key":{"type":"http","scheme":"bearer"}}""");
        json.WriteEndObject();
    }

    private static string OperationId(string method, string path)
    {
        var id = new StringBuilder(method.ToLowerInvariant());
        foreach (string word in path.Split(['/', '-', '{', '}', '_'], StringSplitOptions.RemoveEmptyEntries))
        {
            id.Append('_').Append(word);
        }

        return id.ToString();
    }
}
