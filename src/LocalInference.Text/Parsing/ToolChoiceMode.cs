namespace LocalInference.Text;

/// <summary>Whether a model may, must or must not call tools.</summary>
public enum ToolChoiceMode
{
    /// <summary>It decides.</summary>
    Auto,

    /// <summary>It must not; what looks like a call is content.</summary>
    None,

    /// <summary>It must call at least one.</summary>
    Required,

    /// <summary>It must call the one that is named.</summary>
    Named,
}
