namespace LocalInference.Text.GoTemplates;

/// <summary>A slice of the template language.</summary>
/// <param name="Items">Its elements.</param>
/// <param name="Form">How it is written as text.</param>
internal sealed record GoList(IReadOnlyList<object?> Items, GoForm Form = GoForm.Plain);
