namespace LocalInference.Text;

/// <summary>
/// What a template may use at most. Exceeding a limit is a <see cref="TemplateException"/> of kind
/// <see cref="TemplateErrorKind.Limit"/>. The defaults are far above what chat templates need, and low enough that a hostile one
/// is stopped within a second. Immutable.
/// </summary>
public sealed record JinjaLimits
{
    /// <summary>The defaults.</summary>
    public static JinjaLimits Default { get; } = new();

    /// <summary>Length of a template's source, in UTF-16 code units. Default: 1,048,576.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>How deeply blocks and expressions may be nested in each other. Default: 200.</summary>
    public int MaxNesting { get; init; } = 200;

    /// <summary>
    /// Work done by one rendering: one step for each statement, expression with a call, and item looped over, and one for every
    /// 16 UTF-16 code units of text produced. Default: 5,000,000.
    /// </summary>
    public long MaxSteps { get; init; } = 5_000_000;

    /// <summary>Length of the output, and of any text computed on the way, in UTF-16 code units. Default: 33,554,432.</summary>
    public int MaxOutputLength { get; init; } = 1 << 25;

    /// <summary>How deeply macros and recursive loops may call each other. Default: 200.</summary>
    public int MaxRecursion { get; init; } = 200;

    /// <summary>
    /// Time that one rendering may take. Default: 10 seconds; <see cref="MaxSteps"/>, which does not depend on how busy the machine
    /// is, ends runaway templates much sooner.
    /// </summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromSeconds(10);
}
