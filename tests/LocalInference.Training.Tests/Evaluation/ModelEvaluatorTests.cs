using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Evaluation;

/// <summary>Figures of models on texts, against the trainer's own forward pass and against sums written out.</summary>
public sealed class ModelEvaluatorTests : IDisposable
{
    private static readonly TrainingSample[] s_samples = [.. TrainingModels.Samples(512, 150, 20, 9), new([1, 2], [1, 0])];
    private static readonly string s_model = TrainingModels.FileOf(TrainingModels.Specs["tiny-llama-chat"]);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-eval-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_loss_is_that_of_the_trainer()
    {
        EvaluationReport report = await ModelEvaluator.CompareAsync([new("base", s_model), new("same", s_model)], s_samples, threads: 1);

        Assert.Equal((3, s_samples.Sum(static s => (long)TokenBatch.TargetCount(s))), (report.Samples, report.Targets));
        Assert.Equal(Loss(null), report.Models[0].Loss, 2e-3);
        Assert.Equal(Math.Exp(report.Models[0].Loss), report.Models[0].Perplexity);
        Assert.Null(report.Models[0].Divergence);
        Assert.Null(report.Models[0].Agreement);
        Assert.Equal(report.Models[0] with { Name = "same", Divergence = report.Models[1].Divergence, Agreement = 1 }, report.Models[1]);
        Assert.InRange(report.Models[1].Divergence!.Value, 0, 1e-9);
    }

    [Fact]
    public async Task An_adapter_is_another_model()
    {
        string adapter = WriteAdapter();

        EvaluationReport report = await ModelEvaluator.CompareAsync(
            [new("base", s_model), new("adapter", s_model) { Adapters = [new AdapterFile(adapter)] }, new("off", s_model) { Adapters = [new AdapterFile(adapter) { Scale = 0 }] }],
            s_samples,
            threads: 1);

        Assert.Equal(Loss(adapter), report.Models[1].Loss, 5e-3);
        Assert.True(report.Models[1].Divergence > 0.01, $"{report.Models[1].Divergence}");
        Assert.True(report.Models[1].Agreement < 1);
        Assert.InRange(report.Models[2].Divergence!.Value, 0, 1e-9);
    }

    [Fact]
    public async Task A_token_that_the_model_has_not_is_refused()
    {
        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => ModelEvaluator.CompareAsync([new("base", s_model)], [new([1, 70000], [1, 1])]));

        Assert.Equal("training_data", e.Code);
    }

    [Fact]
    public async Task Nothing_to_predict_is_refused() =>
        Assert.Equal("training_data", (await Assert.ThrowsAsync<TrainingException>(() => ModelEvaluator.CompareAsync([new("base", s_model)], [s_samples[^1]]))).Code);

    [Fact]
    public async Task Files_that_are_none_are_refused()
    {
        await Assert.ThrowsAsync<ModelNotFoundException>(() => ModelEvaluator.CompareAsync([new("none", Path.Combine(_folder, "none.gguf"))], s_samples));
        await Assert.ThrowsAsync<AdapterException>(() => ModelEvaluator.CompareAsync([new("base", s_model) { Adapters = [new AdapterFile(s_model)] }], s_samples));
    }

    // llama.cpp takes such an adapter, and ends the process when it computes with it.
    [Fact]
    public async Task An_adapter_of_embeddings_that_are_the_output_too_is_refused()
    {
        TestModelSpec tied = TrainingModels.Specs["tiny-llama3"];
        string adapter = Path.Combine(_folder, "embedding.gguf");
        WriteEmbeddingAdapter(adapter, tied);

        AdapterException e = await Assert.ThrowsAsync<AdapterException>(() => ModelEvaluator.CompareAsync([new("tied", TrainingModels.FileOf(tied)) { Adapters = [new AdapterFile(adapter)] }], s_samples));

        Assert.Contains("merge it into the model", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_say_what_the_definitions_say()
    {
        double[] p = [0.5, 0.25, 0.125, 0.125];
        double[] q = [0.1, 0.2, 0.3, 0.4];
        LogitRow first = new(4);
        LogitRow second = new(4);
        first.Read([.. p.Select(static x => (float)Math.Log(x) + 7)]);
        second.Read([.. q.Select(static x => (float)Math.Log(x) - 3)]);

        Assert.Equal((0, 3), (first.Best, second.Best));
        Assert.Equal(Math.Log(4), first.NegativeLogLikelihood(1), 1e-6);
        Assert.Equal(p.Zip(q, static (a, b) => a * Math.Log(a / b)).Sum(), first.DivergenceFrom(second), 1e-6);
        Assert.Equal(0, first.DivergenceFrom(first), 1e-6);
    }

    [Fact]
    public void An_impossible_token_does_not_spoil_the_divergence()
    {
        LogitRow first = new(2);
        LogitRow second = new(2);
        first.Read([0, float.NegativeInfinity]);
        second.Read([0, float.NegativeInfinity]);

        Assert.Equal(0, first.DivergenceFrom(second), 1e-9);
    }

    private static double Loss(string? adapterPath)
    {
        using TrainableModel model = TrainingModels.Open("tiny-llama-chat");
        using LoraAdapter? adapter = adapterPath is null ? null : Adapter(model);
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);
        return new GradientComputer(pass, adapter?.Parameters ?? new ParameterSet([]), new TrainingOptions()).Evaluate(s_samples[..3], CancellationToken.None);
    }

    private static LoraAdapter Adapter(TrainableModel model)
    {
        LoraAdapter adapter = new(model, new TrainingOptions { Rank = 4 });
        TrainingModels.FillRandomly(adapter.Parameters, 0.1f);
        return adapter;
    }

    private static void WriteEmbeddingAdapter(string path, TestModelSpec spec)
    {
        GgufTensorDefinition[] tensors =
        [
            new("token_embd.weight.lora_a", GgufTensorType.F32, 2, spec.VocabularySize),
            new("token_embd.weight.lora_b", GgufTensorType.F32, 2, spec.EmbeddingLength),
        ];
        using GgufWriter writer = GgufWriter.Create(path, LoraLayout.Metadata("llama", alpha: 8), tensors);
        foreach (GgufTensorDefinition tensor in tensors)
        {
            writer.Write(new byte[tensor.ByteLength]);
        }

        writer.Complete();
    }

    private string WriteAdapter()
    {
        string path = Path.Combine(_folder, "adapter.gguf");
        using TrainableModel model = TrainingModels.Open("tiny-llama-chat");
        using LoraAdapter adapter = Adapter(model);
        adapter.Write(path);
        return path;
    }
}
