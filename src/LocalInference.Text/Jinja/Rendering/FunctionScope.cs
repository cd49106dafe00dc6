namespace LocalInference.Text.Jinja;

/// <summary>What needs a frame of its own: the template, a macro, a call block, a recursive loop.</summary>
internal sealed class FunctionScope(FunctionScope? parent)
{
    public FunctionScope? Parent { get; } = parent;

    public int SlotCount { get; set; }

    /// <summary>Whether a function within it sees its variables, so that its frame may outlive the call.</summary>
    public bool IsCaptured { get; set; }
}
