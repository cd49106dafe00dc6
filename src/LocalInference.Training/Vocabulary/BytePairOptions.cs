namespace LocalInference.Training;

/// <summary>What a vocabulary that is trained from texts is to be. Immutable.</summary>
public sealed record BytePairOptions
{
    /// <summary>Tokens in all, with the control tokens and those of the 256 bytes. Texts that say little may give fewer. Default 2048.</summary>
    public int Size { get; init; } = 2048;

    /// <summary>
    /// Tokens that are no text, the ids from 0: what begins and ends the turns of a chat. A text that spells one is none of them. Default those
    /// of ChatML.
    /// </summary>
    public IReadOnlyList<string> ControlTokens { get; init; } = ["<|im_start|>", "<|im_end|>"];

    /// <summary>The control token that ends what a model says. Default ChatML's.</summary>
    public string EndOfText { get; init; } = "<|im_end|>";

    /// <summary>ASCII characters that are tokens of their own wherever they stand, as digits are in any case. Default none.</summary>
    public string Separate { get; init; } = "";
}
