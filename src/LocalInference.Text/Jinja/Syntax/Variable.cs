namespace LocalInference.Text.Jinja;

/// <summary>A name in a scope while variables are being placed.</summary>
internal sealed class Variable
{
    /// <summary>In the frame; -1 for a name that is only looked up outside the template.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Among the names looked up outside; -1: it is not looked up there.</summary>
    public int Global { get; set; } = -1;

    /// <summary>Where the scope takes its first value from; <see langword="null"/>: it has none, or is a parameter.</summary>
    public VariablePlace? Source { get; set; }

    public bool IsParameter { get; set; }

    /// <summary>The loop whose <c>loop</c> it is.</summary>
    public ForStatement? Loop { get; set; }

    public bool IsUsed { get; set; }
}
