namespace LocalInference.Server.OpenAI.Batches;

/// <summary>Why a batch cannot be run, in the interface's form of a list.</summary>
internal sealed record BatchErrors(IReadOnlyList<BatchError> Data)
{
    public string Object { get; init; } = "list";
}
