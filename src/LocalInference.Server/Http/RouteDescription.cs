namespace LocalInference.Server.Http;

/// <summary>What a route is, for the description of the interface and for who has to answer in its protocol's form.</summary>
/// <param name="Protocol">How its errors are written; <see langword="null"/>: it tells of the server itself, in no protocol, and is open as long as that runs.</param>
/// <param name="Summary">What it does, in one line.</param>
internal sealed record RouteDescription(WireProtocol? Protocol, string Summary)
{
    /// <summary>
    /// The fields of the object that it reads, apart by spaces: <c>name[!][:type[|type…]]</c>, where <c>!</c> says that it must be there
    /// and a type is one of JSON Schema's; without one it is a text. <see langword="null"/>: it reads no object.
    /// </summary>
    public string? Body { get; init; }

    /// <summary>The types of what it answers.</summary>
    public IReadOnlyList<string> Answers { get; init; } = ["application/json"];
}
