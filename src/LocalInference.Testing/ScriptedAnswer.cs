using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference.Testing;

/// <summary>
/// What a <see cref="ScriptedTextGenerator"/> answers. Answers are put together: each method returns a new one with more behind it, and
/// the start and the end are added by the generator. Immutable.
/// </summary>
public sealed record ScriptedAnswer
{
    /// <summary>Nothing at all, but a proper end.</summary>
    public static ScriptedAnswer Empty { get; } = new();

    internal IReadOnlyList<ScriptedStep> Steps { get; init; } = [];

    /// <summary>Tokens that the prompt is said to have. Default 10.</summary>
    public int PromptTokens { get; init; } = 10;

    /// <summary>How many of them are said to be cached. Default 0.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>
    /// Why it ends; <see langword="null"/>, the default: <see cref="FinishReason.ToolCalls"/> with calls, else
    /// <see cref="FinishReason.EndOfGeneration"/>.
    /// </summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>The stop sequence that is said to have ended it. Default: none.</summary>
    public string? StopSequence { get; init; }

    /// <summary>What is said to have been cut. Default: nothing.</summary>
    public PromptTruncation? Truncation { get; init; }

    /// <summary>An answer of text, word by word.</summary>
    /// <param name="text">The text.</param>
    public static ScriptedAnswer Say(string text) => Empty.ThenSay(text);

    /// <summary>An answer that begins with thoughts, word by word.</summary>
    /// <param name="text">The thoughts.</param>
    public static ScriptedAnswer Think(string text) => Empty.ThenThink(text);

    /// <summary>An answer that calls a function.</summary>
    /// <param name="name">The function's name.</param>
    /// <param name="arguments">Its arguments, as JSON text.</param>
    /// <param name="callId">The call's id; <see langword="null"/>: <c>call-1</c>, <c>call-2</c> … within the answer.</param>
    public static ScriptedAnswer Call(string name, string arguments, string? callId = null) => Empty.ThenCall(name, arguments, callId);

    /// <summary>An answer that fails before its first event.</summary>
    /// <param name="failure">What is thrown; <see cref="ScriptedFailure"/> makes the library's own errors.</param>
    public static ScriptedAnswer Fail(Exception failure) => Empty.ThenFail(failure);

    /// <summary>Goes on with text, word by word.</summary>
    /// <param name="text">The text.</param>
    public ScriptedAnswer ThenSay(string text) => With(Words(text).Select(static word => new ScriptedStep(new TextDelta(word))));

    /// <summary>Goes on with thoughts, word by word.</summary>
    /// <param name="text">The thoughts.</param>
    public ScriptedAnswer ThenThink(string text) => With(Words(text).Select(static word => new ScriptedStep(new ReasoningDelta(word))));

    /// <inheritdoc cref="Call(string, string, string?)"/>
    /// <summary>Goes on with a call: its start, its arguments in two pieces, its end.</summary>
    public ScriptedAnswer ThenCall(string name, string arguments, string? callId = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(arguments);
        int index = Steps.Count(static step => step.Event is ToolCallCompleted);
        string id = callId ?? string.Create(CultureInfo.InvariantCulture, $"call-{index + 1}");
        int half = arguments.Length / 2;
        IEnumerable<GenerationEvent> events = [
            new ToolCallStarted(index, id, name),
            .. new[] { arguments[..half], arguments[half..] }.Where(static piece => piece.Length > 0).Select(piece => new ToolArgumentsDelta(index, piece)),
            new ToolCallCompleted(index, id, name, arguments, IsComplete: true)];
        return With(events.Select(static e => new ScriptedStep(e)));
    }

    /// <summary>Goes on with any event; not with <see cref="GenerationStarted"/> or <see cref="GenerationEnded"/>, which the generator adds.</summary>
    /// <param name="e">The event.</param>
    /// <exception cref="ArgumentException">It is one of those two.</exception>
    public ScriptedAnswer Then(GenerationEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e is GenerationStarted or GenerationEnded
            ? throw new ArgumentException("The generator begins and ends answers itself.", nameof(e))
            : With([new ScriptedStep(e)]);
    }

    /// <summary>Waits before it goes on.</summary>
    /// <param name="time">How long, by the generator's <see cref="ScriptedTextGenerator.TimeProvider"/>.</param>
    public ScriptedAnswer ThenWait(TimeSpan time) => With([new ScriptedStep(Delay: time)]);

    /// <summary>Fails here.</summary>
    /// <param name="failure">What is thrown.</param>
    public ScriptedAnswer ThenFail(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return With([new ScriptedStep(Failure: failure)]);
    }

    private ScriptedAnswer With(IEnumerable<ScriptedStep> steps) => this with { Steps = [.. Steps, .. steps] };

    // Each word with the space before it, so that the pieces make up the text.
    private static IEnumerable<string> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int start = 0;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == ' ')
            {
                yield return text[start..i];
                start = i;
            }
        }

        if (text.Length > 0)
        {
            yield return text[start..];
        }
    }
}
