namespace LocalInference;

/// <summary>A LoRA adapter or a control vector to load with a model.</summary>
/// <param name="Path">Path of the GGUF file.</param>
public sealed record AdapterFile(string Path)
{
    /// <summary>The name that requests use; <see langword="null"/>: the file's name without its extension.</summary>
    public string? Name { get; init; }

    /// <summary>What its changes are multiplied with in requests that choose no adapters themselves; 0: they do without it. Default 1.</summary>
    public float Scale { get; init; } = 1;

    internal string EffectiveName => Name ?? System.IO.Path.GetFileNameWithoutExtension(Path);
}
