namespace LocalInference.Text.Jinja;

/// <summary>A macro, or the body of a call block.</summary>
internal sealed class MacroDefinition(string? name, NameTarget[] parameters, Expression[] defaults, Statement[] body)
{
    /// <summary><see langword="null"/> for a call block.</summary>
    public string? Name => name;

    public NameTarget[] Parameters => parameters;

    /// <summary>Of the last parameters.</summary>
    public Expression[] Defaults => defaults;

    public Statement[] Body => body;

    /// <summary>Whether the body mentions these names, which it is given only then.</summary>
    public bool UsesCaller { get; init; }

    public bool UsesKeywords { get; init; }

    public bool UsesMore { get; init; }

    public FunctionScope Function { get; set; } = new(null);

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public int CallerSlot { get; set; } = -1;

    public int KeywordsSlot { get; set; } = -1;

    public int MoreSlot { get; set; } = -1;

    public string[] ParameterNames { get; } = [.. parameters.Select(parameter => parameter.Name)];
}
