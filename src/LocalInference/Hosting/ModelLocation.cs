using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>A model that a <see cref="ModelHost"/> can load. Immutable.</summary>
/// <param name="Name">The one name that it is known by, whatever other names it answers to.</param>
/// <param name="Path">Path of its GGUF file, the first part of a split one.</param>
public sealed record ModelLocation(string Name, string Path)
{
    /// <summary>How it is loaded. A change takes effect with the next use, by loading it again. Default: chosen for the machine.</summary>
    public LocalModelOptions Options { get; init; } = new();

    /// <summary>What it changes of the sampling defaults; a request's own settings go before it. Default: nothing.</summary>
    public SamplingOverrides Sampling { get; init; } = SamplingOverrides.None;

    /// <summary>What it says for requests that say nothing themselves. Default: nothing.</summary>
    public ModelDefaults Defaults { get; init; } = ModelDefaults.None;

    /// <summary>
    /// How long it stays loaded after the last use where the use does not say; as <see cref="ModelHostOptions.KeepAlive"/>, which holds
    /// where this is <see langword="null"/>.
    /// </summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Whether both are loaded to the same effect. Lists are compared by what is in them: a resolver may make them anew each time.</summary>
    internal bool LoadsAs(ModelLocation other) =>
        Path == other.Path
        && (Options with { Adapters = [], TensorSplit = null }) == (other.Options with { Adapters = [], TensorSplit = null })
        && Options.Adapters.SequenceEqual(other.Options.Adapters)
        && (Options.TensorSplit ?? []).SequenceEqual(other.Options.TensorSplit ?? []);
}
