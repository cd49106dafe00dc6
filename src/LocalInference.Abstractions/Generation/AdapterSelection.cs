namespace LocalInference.Abstractions;

/// <summary>A LoRA adapter or a control vector that a request uses.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Scale">What its changes are multiplied with; 1, the default: as it was trained; 0: off.</param>
public sealed record AdapterSelection(string Name, float Scale = 1f);
