using LocalInference.TestModels;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Evaluation;

/// <summary>How far a merged model is from the model with the adapter that was trained for it, by type, as it is measured for users.</summary>
public sealed class MergeDivergenceTests : IDisposable
{
    // Rows of 256 weights, which the types of four bits store together.
    private static readonly TestModelSpec s_spec = TestModelSpec.LlamaChat with { Name = "merge", EmbeddingLength = 256, FeedForwardLength = 256 };
    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(512, 20, 31, 24, 12);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-merge-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_is_within_what_each_type_can_hold()
    {
        string model = TrainingModels.FileOf(s_spec);
        AdapterFile adapter = new(await TrainAsync(model));
        (QuantizationType Type, double Most)[] types = [(QuantizationType.F16, 5e-4), (QuantizationType.Q8_0, 1e-3), (QuantizationType.Q4_K_M, 1)];
        List<EvaluationCandidate> candidates = [new("adapter", model) { Adapters = [adapter] }, new("base", model)];
        foreach ((QuantizationType type, _) in types)
        {
            string merged = Path.Combine(_folder, $"{type}.gguf");
            await AdapterMerger.MergeAsync(model, [adapter], merged, new MergeOptions { Type = type, Threads = 1 });
            candidates.Add(new($"{type}", merged));
        }

        double[] divergences = [.. (await ModelEvaluator.CompareAsync(candidates, s_samples, threads: 1)).Models.Skip(1).Select(static score => score.Divergence!.Value)];

        string measured = string.Join(", ", divergences.Select(static divergence => $"{divergence:E2}"));
        Assert.True(divergences[0] > 0.1, $"the adapter changes nothing: {measured}");
        Assert.All(types.Index(), type => Assert.True(divergences[type.Index + 1] <= type.Item.Most, $"{type.Item.Type}: {measured}"));
        Assert.True(divergences[3] > 10 * divergences[2], $"four bits lose no more than eight: {measured}");
    }

    private async Task<string> TrainAsync(string model)
    {
        TrainingOptions options = new() { Rank = 4, Alpha = 8, Epochs = 8, BatchSize = 2, LearningRate = 1e-2f, Threads = 1 };
        using ModelTrainer trainer = ModelTrainer.Open(model, options);
        return (await trainer.TrainAsync(s_samples, [], Path.Combine(_folder, "run"))).Path;
    }
}
