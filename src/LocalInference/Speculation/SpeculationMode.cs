namespace LocalInference;

/// <summary>
/// Where guesses at the next tokens come from. All of them are checked by the model in one step, and what it would not have
/// chosen is thrown away: with temperature 0 the answer stays the same, as far as kernels round alike for one row and for
/// several; with a temperature its distribution does. Guesses become fewer, and stop, where they do not pay.
/// </summary>
public enum SpeculationMode
{
    /// <summary>Nothing is guessed.</summary>
    Off,

    /// <summary>
    /// What followed the last three tokens when they appeared before, in the prompt or the answer: for summaries, edits, code and
    /// whatever else repeats its input.
    /// </summary>
    PromptLookup,

    /// <summary>
    /// What a smaller model with the same vocabulary would say (<see cref="LocalModelOptions.DraftModelPath"/>): for a model that takes
    /// several times as long for a token, and text that the small one often gets right.
    /// </summary>
    DraftModel,
}
