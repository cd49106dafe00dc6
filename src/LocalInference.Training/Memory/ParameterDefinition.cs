namespace LocalInference.Training;

/// <summary>A matrix or vector that training changes.</summary>
/// <param name="Name">Its name, unique in the set.</param>
/// <param name="Columns">Elements of a row.</param>
/// <param name="Rows">Rows; 1 for a vector.</param>
internal sealed record ParameterDefinition(string Name, long Columns, long Rows = 1);
