namespace LocalInference.Text.GoTemplates;

/// <summary>What a template may take at most. Published ones stay far below: some 10,000 characters, nested 8 deep.</summary>
internal static class GoTemplateLimits
{
    /// <summary>Characters of the source.</summary>
    public const int SourceLength = 1 << 20;

    /// <summary>Blocks, parentheses and template calls inside one another.</summary>
    public const int Depth = 100;

    /// <summary>Nodes and arguments evaluated in one rendering.</summary>
    public const int Steps = 1_000_000;

    /// <summary>Characters of the output, of any one value, and of all values together that functions build in one rendering.</summary>
    public const int OutputLength = 32 << 20;
}
