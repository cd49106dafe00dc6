namespace LocalInference.Abstractions;

/// <summary>Who answered a request that several could have answered, and why.</summary>
/// <param name="Provider">The provider as it is configured; <c>localinference</c>: this process.</param>
/// <param name="Model">The full name of the model that answers; a request that names it gets no other.</param>
/// <param name="Reason">Why it was that one, in one line; never a part of the request.</param>
/// <param name="Attempts">How many models were asked, this one included.</param>
public sealed record GenerationRoute(string Provider, string Model, string Reason, int Attempts);
