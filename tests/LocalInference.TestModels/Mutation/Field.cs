namespace LocalInference.TestModels;

/// <summary>A number in a GGUF header: what it means, where it lies, and how many bytes it has.</summary>
internal readonly record struct Field(FieldKind Kind, int Position, int Size);
