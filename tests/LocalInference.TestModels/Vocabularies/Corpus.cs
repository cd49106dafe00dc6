namespace LocalInference.TestModels;

/// <summary>A little English, for pieces that look like a tokenizer's.</summary>
internal static class Corpus
{
    private const string Text =
        """
        once upon a time there was a little girl who loved to play outside in the park with her dog
        every morning she ran to the window to see whether the sun was shining and the birds were singing
        one day the dog found a big red ball under the old tree and brought it to her
        they played with the ball until the sun went down and the stars came out
        then her mother called them home and they had bread and soup for supper
        the girl told her mother about the ball and the dog wagged his tail
        in the night it rained and the wind was blowing through the leaves of the tree
        but the girl was sleeping and dreaming of the things they would do together in the morning
        a model reads the words one after another and says which word is likely to come next
        the machine that runs it needs memory for the weights and for what it has read before
        when the answer is finished the person reads it and asks another question
        """;

    /// <summary>The words, in order, with repetitions.</summary>
    public static IReadOnlyList<string> Words { get; } = Text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
