namespace LocalInference.Text.GoTemplates;

/// <summary>How a node ended.</summary>
internal enum GoFlow
{
    Normal,
    Break,
    Continue,
}
