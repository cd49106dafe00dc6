using System.Collections.Concurrent;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Models;

/// <summary>A tiny model in the types that are trained on most: with rows of 256 weights, which those of four bits store together.</summary>
internal static class QuantizedModels
{
    private static readonly TestModelSpec s_spec = TestModelSpec.LlamaChat with { Name = "quantized", EmbeddingLength = 256, FeedForwardLength = 256 };
    private static readonly ConcurrentDictionary<QuantizationType, Lazy<Task<string>>> s_files = new();

    public static TheoryData<QuantizationType> Types => [QuantizationType.Q8_0, QuantizationType.Q4_K_M];

    public static int VocabularySize => s_spec.VocabularySize;

    /// <summary>The file, written once.</summary>
    public static Task<string> FileAsync(QuantizationType type) =>
        s_files.GetOrAdd(type, static t => new Lazy<Task<string>>(() => WriteAsync(t))).Value;

    private static async Task<string> WriteAsync(QuantizationType type)
    {
        string whole = TrainingModels.FileOf(s_spec);
        string path = Path.Combine(Path.GetDirectoryName(whole)!, $"{s_spec.Name}-{type}.gguf");
        await ModelQuantizer.QuantizeAsync(whole, path, new QuantizationOptions(type) { Threads = 1 });
        return path;
    }
}
