namespace LocalInference.Text.Jinja;

/// <summary>How a statement ended.</summary>
internal enum Signal
{
    None,
    Break,
    Continue,
}
