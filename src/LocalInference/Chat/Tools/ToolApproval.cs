namespace LocalInference;

/// <summary>Whether a call may be made. Immutable.</summary>
public sealed record ToolApproval
{
    private ToolApproval()
    {
    }

    /// <summary>It may.</summary>
    public static ToolApproval Allow { get; } = new() { IsAllowed = true };

    /// <summary>It may not, and there is nothing more to be done: the answer ends here, without a result for the call.</summary>
    public static ToolApproval Stop { get; } = new() { IsStop = true };

    /// <summary>Whether the call is made.</summary>
    public bool IsAllowed { get; private init; }

    /// <summary>Whether the answer ends.</summary>
    public bool IsStop { get; private init; }

    /// <summary>What the model is told in place of a result; <see langword="null"/>: the call is made or the answer ends.</summary>
    public string? Reason { get; private init; }

    /// <summary>It may not; the model is told so and goes on.</summary>
    /// <param name="reason">What it is told.</param>
    public static ToolApproval Deny(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new() { Reason = reason };
    }
}
