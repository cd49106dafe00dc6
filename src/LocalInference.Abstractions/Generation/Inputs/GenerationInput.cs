namespace LocalInference.Abstractions;

/// <summary>What an answer follows: a <see cref="ChatInput"/>, a <see cref="PromptInput"/> or a <see cref="TokenInput"/>.</summary>
public abstract record GenerationInput
{
    private protected GenerationInput()
    {
    }
}
