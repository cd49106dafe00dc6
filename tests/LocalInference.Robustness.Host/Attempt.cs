using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference.Robustness.Host;

/// <summary>Loads one file and generates one token, and puts what happened in one line.</summary>
internal static class Attempt
{
    // More than one token of prompt, so that the matrix products of a batch run as well as those of one token.
    private const string Prompt = "Once upon a time\n";

    private const int ContextLength = 64;

    private static readonly LocalModelOptions s_options = new() { ContextLength = ContextLength, Threads = 1, AdaptThreads = false };

    private static readonly GenerationOptions s_oneToken = new() { MaxTokens = 2, IgnoreEndOfGeneration = true };

    /// <returns>A word (<c>ran</c>, <c>refused</c>, <c>failed</c> or <c>unexpected</c>), a tab and the details.</returns>
    public static async Task<string> RunAsync(string path)
    {
        string stage = "load";
        try
        {
            LocalModel model = await LocalModel.LoadAsync(path, s_options).ConfigureAwait(false);
            await using (model.ConfigureAwait(false))
            {
                stage = "run";
                int tokens = 0;
                await foreach (GenerationUpdate update in model.GenerateAsync(Prompt, s_oneToken).ConfigureAwait(false))
                {
                    tokens += update.Token is null ? 0 : 1;
                }

                return Line("ran", tokens.ToString(CultureInfo.InvariantCulture));
            }
        }
        catch (LocalInferenceException e)
        {
            return Line(string.Equals(stage, "load", StringComparison.Ordinal) ? "refused" : "failed", $"{e.GetType().Name} {e.Code}: {e.Message}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Line("unexpected", $"{stage}: {e}");
        }
    }

    private static string Line(string word, string details) =>
        $"{word}\t{details.ReplaceLineEndings(" ¶ ")}";
}
