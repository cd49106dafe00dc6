using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>
/// Each answer has a token of its own, which the model says first and nobody reads: it stands for the answer as a whole, so that choosing
/// an answer is one step, and its words follow from it. The tokens stand behind the two of ChatML.
/// </summary>
internal sealed class AnswerMarks
{
    /// <summary>ChatML's <c>&lt;|im_start|&gt;</c>.</summary>
    public const int TurnStart = 0;

    /// <summary>ChatML's <c>&lt;|im_end|&gt;</c>.</summary>
    public const int TurnEnd = 1;

    /// <summary>Tokens of the role behind the start of a turn, with the line's end: a word that is in every sample is one.</summary>
    public const int RoleTokens = 2;

    private static readonly IReadOnlyList<string> s_turns = new BytePairOptions().ControlTokens;

    private readonly Dictionary<string, int> _ids;

    /// <param name="answers">The answers, each once.</param>
    public AnswerMarks(IReadOnlyList<string> answers)
    {
        ControlTokens = [.. s_turns, .. answers.Select(static (_, i) => $"<|answer_{i}|>")];
        _ids = answers.Index().ToDictionary(static answer => answer.Item, static answer => s_turns.Count + answer.Index, StringComparer.Ordinal);
    }

    /// <summary>The vocabulary's control tokens.</summary>
    public IReadOnlyList<string> ControlTokens { get; }

    /// <summary>The token of an answer.</summary>
    public int this[string answer] => _ids[answer];
}
