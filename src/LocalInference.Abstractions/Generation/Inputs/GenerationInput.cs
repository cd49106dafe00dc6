namespace LocalInference.Abstractions;

/// <summary>What an answer follows: a <see cref="ChatInput"/>, a <see cref="PromptInput"/> or a <see cref="TokenInput"/>.</summary>
public abstract record GenerationInput
{
    private protected GenerationInput()
    {
    }

    /// <summary>
    /// Ids of the model's vocabulary that stand before the input, such as <see cref="GenerationEnded.Tokens"/> of an earlier answer; they
    /// must not change while the request runs. They count towards the length of the context, and leaving out messages
    /// (<see cref="ContextOverflowPolicy.DropOldestMessages"/>) leaves them whole. Where they and the input begin with the begin-of-sequence
    /// token, the input's is left out, unless it marks each of the input's turns. Models elsewhere take none: a
    /// <see cref="GenerationException"/> (<c>option_unsupported</c>). Default: none.
    /// </summary>
    public ReadOnlyMemory<int> PrecedingTokens { get; init; }
}
