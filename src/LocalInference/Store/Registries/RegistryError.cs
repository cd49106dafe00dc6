namespace LocalInference;

/// <summary>One of a registry's errors.</summary>
/// <param name="Code">For programs: <c>DIGEST_INVALID</c>, <c>NAME_INVALID</c>, …</param>
/// <param name="Message">For people.</param>
internal sealed record RegistryError(string? Code, string? Message);
