namespace LocalInference;

/// <summary>A model file that was checked, and how it is to be loaded.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Options">How it is to be loaded.</param>
/// <param name="File">What its headers say.</param>
/// <param name="Draft">The model that guesses for it; <see langword="null"/>: none does.</param>
internal sealed record PreparedModel(string Path, LocalModelOptions Options, CheckedModel File, PreparedModel? Draft)
{
    /// <summary>What the planner has to find room for.</summary>
    public MemoryDemand Demand => MemoryDemand.Of(Path, File, Options) with { Draft = Draft?.Demand };
}
