namespace LocalInference.Text;

/// <summary>The variable by which a template lets thinking be switched.</summary>
/// <param name="Name">Its name.</param>
/// <param name="On">Its value for thinking.</param>
/// <param name="Off">Its value for not thinking.</param>
internal sealed record ThinkingVariable(string Name, JinjaValue On, JinjaValue Off)
{
    /// <summary>Qwen's name, which most took over; that of Granite and Kimi K3; MiniMax M3's; and Seed's, a number of tokens.</summary>
    public static IReadOnlyList<ThinkingVariable> Known { get; } =
    [
        new("enable_thinking", JinjaValue.FromBoolean(true), JinjaValue.FromBoolean(false)),
        new("thinking", JinjaValue.FromBoolean(true), JinjaValue.FromBoolean(false)),
        new("thinking_mode", JinjaValue.FromString("enabled"), JinjaValue.FromString("disabled")),
        new("thinking_budget", JinjaValue.FromInteger(-1), JinjaValue.FromInteger(0)),
    ];
}
