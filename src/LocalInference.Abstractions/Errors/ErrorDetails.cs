namespace LocalInference.Abstractions;

/// <summary>The parts an error message is made of; see <see cref="LocalInferenceException"/>.</summary>
internal sealed record ErrorDetails(string Code, string What, string NextStep)
{
    public string? Value { get; init; }

    public string? Limit { get; init; }

    public string ToMessage() => $"{What.TrimEnd('.')}. {NextStep}";
}
