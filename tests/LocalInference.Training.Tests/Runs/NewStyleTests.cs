using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Runs;

/// <summary>
/// A trained model learns to talk like a robot, and forgets nothing with the adapter off: one that tells children's stories, which only some
/// machines have, and the guide, which is quantized and part of the repository.
/// </summary>
public sealed class NewStyleTests
{
    private const string Prompt = "Beep. Unit";

    private static readonly string[] s_things = ["cat", "dog", "ball", "tree", "car", "bird", "fish", "box", "hat", "boat", "cake"];
    private static readonly string[] s_colors = ["red", "blue", "green", "big", "small", "old"];
    private static readonly string[] s_places = ["park", "house", "garden", "room", "box"];

    [TrainedModelFact]
    public Task A_model_of_stories_learns_a_style_from_300_samples() => LearnsAsync(TrainedModel.Path!);

    [Fact]
    public Task The_guide_learns_a_style_from_300_samples() => LearnsAsync(GuidePath());

    private static async Task LearnsAsync(string path)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-style-").FullName;
        await using LocalModel model = await LocalModel.LoadAsync(path, new LocalModelOptions { ContextLength = 256 });
        TrainingSample[] all = [.. Texts().Select(text => Sample(model.Tokenizer, text))];
        int[] order = RandomBits.Permutation(all.Length, 3);
        TrainingSample[] samples = [.. order.Take(300).Select(i => all[i])];
        TrainingSample[] held = [.. order.Skip(300).Select(i => all[i])];
        TrainingOptions options = new() { Rank = 8, Alpha = 16, LearningRate = 5e-3f, Epochs = 2, BatchSize = 10, EvaluationInterval = 1, Threads = 2 };
        List<double> losses = [];
        string before = await TellAsync(model, null);

        using (ModelTrainer trainer = ModelTrainer.Open(path, options))
        {
            await trainer.TrainAsync(samples, held, folder, new Losses(losses));
        }

        await model.LoadAdapterAsync(Path.Combine(folder, "adapter.gguf"), "robot");

        Assert.True(losses.Min() <= 0.7 * losses[0], $"{losses[0]} → {losses.Min()}");
        Assert.DoesNotContain("Boop.", before, StringComparison.Ordinal);
        Assert.Contains("Boop.", await TellAsync(model, [new AdapterSelection("robot")]), StringComparison.Ordinal);
        Assert.Equal(before, await TellAsync(model, []));
        Directory.Delete(folder, recursive: true);
    }

    private static string GuidePath()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LocalInference.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The tests do not run in the repository."), "models", "guide", "guide.gguf");
    }

    private static IEnumerable<string> Texts() =>
        from thing in s_things
        from color in s_colors
        from place in s_places
        select $"{Prompt} found a {color} {thing} in the {place}. Boop.";

    private static TrainingSample Sample(Tokenizer tokenizer, string text)
    {
        int[] tokens = [.. tokenizer.Encode(text), tokenizer.EndOfSequence!.Value];
        float[] weights = new float[tokens.Length];
        Array.Fill(weights, 1);
        return new TrainingSample(tokens, weights);
    }

    private static async Task<string> TellAsync(LocalModel model, AdapterSelection[]? adapters)
    {
        GenerationOptions options = new() { MaxTokens = 40, Sampling = SamplingOptions.Greedy, Adapters = adapters };
        List<string> text = [];
        await foreach (GenerationUpdate update in model.GenerateAsync(Prompt, options))
        {
            text.Add(update.Text);
        }

        return string.Concat(text);
    }

    private sealed class Losses(List<double> losses) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => losses.Add(value.ValidationLoss!.Value);
    }
}
