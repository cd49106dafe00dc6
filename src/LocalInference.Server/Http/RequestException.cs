namespace LocalInference.Server.Http;

/// <summary>A request that is refused before anything runs.</summary>
internal sealed class RequestException(Fault fault) : Exception(fault.Message)
{
    // Long enough for a balancer to see that this server is not ready, or for a new one to have started.
    private static readonly TimeSpan s_restart = TimeSpan.FromSeconds(5);

    public Fault Fault { get; } = fault;

    public static RequestException Bad(string message, string? parameter = null) =>
        new(new Fault(FaultKind.BadRequest, message) { Code = "invalid_request", Parameter = parameter });

    public static RequestException ModelMissing(string message) =>
        new(new Fault(FaultKind.ModelNotFound, message) { Code = "model_not_found", Parameter = "model" });

    /// <summary>There is no model of this name, in Ollama's words, which the other interfaces use too.</summary>
    public static RequestException ModelNotFound(string model) => ModelMissing($"model '{model}' not found");

    /// <summary>Something is not there, or is another's.</summary>
    /// <param name="what">What, such as <c>file</c>.</param>
    /// <param name="id">The id that was given.</param>
    /// <param name="parameter">The field that gave it.</param>
    public static RequestException Missing(string what, string id, string parameter) =>
        new(new Fault(FaultKind.NotFound, $"No {what} with id '{id}' was found.") { Code = $"{what}_not_found", Parameter = parameter, Value = id });

    /// <summary>The server is about to end: it begins nothing more, or does not wait for this any longer.</summary>
    public static RequestException Stopping() =>
        new(new Fault(FaultKind.Stopping, "The server is shutting down.") { Code = "stopping", RetryAfter = s_restart });

    public static RequestException NotOffered(string what) =>
        new(new Fault(FaultKind.NotOffered, $"This server does not offer {what}.") { Code = "not_offered" });
}
