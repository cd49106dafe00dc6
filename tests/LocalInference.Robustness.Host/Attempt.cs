using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference.Robustness.Host;

/// <summary>Loads one file and uses it, and puts what happened in one line.</summary>
internal static class Attempt
{
    // More than one token of prompt, so that the matrix products of a batch run as well as those of one token.
    private const string Prompt = "Once upon a time\n";

    private const int ContextLength = 64;

    // Smaller than the prompt, so that it takes several steps.
    private const int BatchSize = 4;

    private static readonly LocalModelOptions s_options = new()
    {
        ContextLength = ContextLength,
        BatchSize = BatchSize,
        Threads = 1,
        AdaptThreads = false,
    };

    private static readonly GenerationOptions s_twoTokens = new() { MaxTokens = 2, IgnoreEndOfGeneration = true };

    /// <param name="request">A path, or a path, a text (\n for a line feed) and how often to repeat it.</param>
    /// <returns>A word (<c>ran</c>, <c>refused</c>, <c>failed</c> or <c>unexpected</c>), a tab and the details.</returns>
    public static async Task<string> RunAsync(string[] request)
    {
        bool loaded = false;
        try
        {
            LocalModel model = await LocalModel.LoadAsync(request[0], s_options).ConfigureAwait(false);
            await using (model.ConfigureAwait(false))
            {
                loaded = true;
                int tokens = request.Length == 1
                    ? await GenerateAsync(model).ConfigureAwait(false)
                    : Encode(model, request[1].Replace("\\n", "\n", StringComparison.Ordinal), int.Parse(request[2], CultureInfo.InvariantCulture));
                return Line("ran", tokens.ToString(CultureInfo.InvariantCulture));
            }
        }
        catch (LocalInferenceException e)
        {
            return Line(loaded ? "failed" : "refused", $"{e.GetType().Name} {e.Code}: {e.Message}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Line("unexpected", $"{(loaded ? "run" : "load")}: {e}");
        }
    }

    private static async Task<int> GenerateAsync(LocalModel model)
    {
        int tokens = 0;
        await foreach (GenerationUpdate update in model.GenerateAsync(Prompt, s_twoTokens).ConfigureAwait(false))
        {
            tokens += update.Token is null ? 0 : 1;
        }

        return tokens;
    }

    private static int Encode(LocalModel model, string text, int count)
    {
        int[] tokens = model.Tokenizer.Encode(string.Concat(Enumerable.Repeat(text, count)));

        // Bytes that a tokenizer drops come back shorter, but what does come back must not fail.
        model.Tokenizer.Decode(tokens);
        return tokens.Length;
    }

    private static string Line(string word, string details) =>
        $"{word}\t{details.ReplaceLineEndings(" ¶ ")}";
}
