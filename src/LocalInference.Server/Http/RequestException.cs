namespace LocalInference.Server.Http;

/// <summary>A request that is refused before anything runs.</summary>
internal sealed class RequestException(Fault fault) : Exception(fault.Message)
{
    public Fault Fault { get; } = fault;

    public static RequestException Bad(string message, string? parameter = null) =>
        new(new Fault(FaultKind.BadRequest, message) { Code = "invalid_request", Parameter = parameter });

    public static RequestException ModelMissing(string message) =>
        new(new Fault(FaultKind.ModelNotFound, message) { Code = "model_not_found", Parameter = "model" });

    /// <summary>Something is not there, or is another's.</summary>
    /// <param name="what">What, such as <c>file</c>.</param>
    /// <param name="id">The id that was given.</param>
    /// <param name="parameter">The field that gave it.</param>
    public static RequestException Missing(string what, string id, string parameter) =>
        new(new Fault(FaultKind.NotFound, $"No {what} with id '{id}' was found.") { Code = $"{what}_not_found", Parameter = parameter, Value = id });

    public static RequestException NotOffered(string what) =>
        new(new Fault(FaultKind.NotOffered, $"This server does not offer {what}.") { Code = "not_offered" });
}
