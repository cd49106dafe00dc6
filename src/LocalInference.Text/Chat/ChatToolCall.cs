namespace LocalInference.Text;

/// <summary>A call that an assistant made.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments, as JSON text; an object where the model wrote one.</param>
/// <param name="Id">Ties the call to its result; <see langword="null"/>: none was given.</param>
public sealed record ChatToolCall(string Name, string Arguments, string? Id);
