namespace LocalInference.Server.Http;

/// <summary>A request that is refused before anything runs.</summary>
internal sealed class RequestException(Fault fault) : Exception(fault.Message)
{
    public Fault Fault { get; } = fault;

    public static RequestException Bad(string message, string? parameter = null) =>
        new(new Fault(FaultKind.BadRequest, message) { Code = "invalid_request", Parameter = parameter });

    public static RequestException ModelMissing(string message) =>
        new(new Fault(FaultKind.ModelNotFound, message) { Code = "model_not_found", Parameter = "model" });

    public static RequestException NotOffered(string what) =>
        new(new Fault(FaultKind.NotOffered, $"This server does not offer {what}.") { Code = "not_offered" });
}
