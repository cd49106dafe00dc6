namespace LocalInference.Text.GoTemplates;

/// <summary>Commands, each the last argument of the next, and the variables that take the result.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Variables">The variables that take the value: none, one, or two in a range.</param>
/// <param name="Assigns">Whether they exist already (<c>=</c>), or are declared (<c>:=</c>).</param>
/// <param name="Commands">At least one.</param>
internal sealed record GoPipeline(int Position, IReadOnlyList<string> Variables, bool Assigns, IReadOnlyList<GoCommand> Commands) : GoExpression(Position);
