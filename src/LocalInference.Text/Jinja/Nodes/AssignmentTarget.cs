namespace LocalInference.Text.Jinja;

/// <summary>What an assignment sets.</summary>
internal abstract class AssignmentTarget(int offset) : Node(offset)
{
    public abstract void Assign(Frame frame, JinjaValue value);
}
