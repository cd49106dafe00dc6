using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.Training.Tests.Vocabulary;

namespace LocalInference.Training.Tests.Initialization;

/// <summary>A model that begins from nothing is one that llama.cpp runs and the trainer trains.</summary>
public sealed class NewModelTests : IDisposable
{
    private static readonly NewModelShape s_shape = new() { Layers = 2, Width = 64, Heads = 4, KeyValueHeads = 2, FeedForwardWidth = 96, ContextLength = 128 };

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-new-model-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_trainer_computes_what_llama_cpp_computes()
    {
        using TrainableModel model = TrainableModel.Open(Write("model.gguf"));
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = new(model, new TapeRunner(backend), checkpoint: false);

        Assert.True(model.IsTied);
        Assert.InRange(new EngineAgreement(pass, 1).Check(Sample, model.Path), 0, 1e-5);
    }

    [Fact]
    public async Task It_learns_by_heart_and_says_it()
    {
        string path = Write("start.gguf");
        using ModelTrainer trainer = ModelTrainer.Open(path, new TrainingOptions { Mode = TrainingMode.Full, Epochs = 200, LearningRate = 3e-3f, Threads = 1 });
        TrainingResult result = await trainer.TrainAsync([Sample], [], Path.Combine(_folder, "run"));

        await using LocalModel model = await LocalModel.LoadAsync(result.Path, new LocalModelOptions { ContextLength = 64, Threads = 1 });
        string text = "";
        await foreach (GenerationUpdate update in model.GenerateAsync("How", new GenerationOptions { MaxTokens = 40, Sampling = new SamplingOptions { Temperature = 0 } }))
        {
            text += update.Text;
        }

        Assert.Equal(Text[3..], text);
    }

    [Fact]
    public void The_seed_decides_the_bytes()
    {
        byte[] first = File.ReadAllBytes(Write("a.gguf"));

        Assert.Equal(first, File.ReadAllBytes(Write("b.gguf")));
        Assert.NotEqual(first, File.ReadAllBytes(Write("c.gguf", seed: 8)));
    }

    [Fact]
    public void Weights_are_as_large_as_they_should_be()
    {
        using GgufFile file = GgufFile.Open(Write("model.gguf"));

        Assert.InRange(Deviation(file, "token_embd.weight"), 0.019, 0.021);
        Assert.InRange(Deviation(file, "blk.1.ffn_gate.weight"), 0.019, 0.021);
        Assert.InRange(Deviation(file, "blk.1.ffn_down.weight"), 0.0095, 0.0105);
        Assert.All(Values(file, "output_norm.weight"), static value => Assert.Equal(1, value));
        Assert.Equal("a name", file.Metadata.GetString("general.name"));
    }

    [Theory]
    [InlineData(0, 64, 4, 2)]
    [InlineData(2, 62, 4, 2)]
    [InlineData(2, 64, 4, 3)]
    [InlineData(2, 64, 0, 0)]
    public void Shapes_that_mean_nothing_are_refused(int layers, int width, int heads, int keyValueHeads) =>
        Assert.Throws<TrainingException>(() => NewModel.Write(
            Path.Combine(_folder, "x.gguf"),
            s_shape with { Layers = layers, Width = width, Heads = heads, KeyValueHeads = keyValueHeads },
            Vocabulary,
            seed: 1));

    private const string Text = "How do I pull a model? Run localinference pull.";

    private static BytePairVocabulary Vocabulary { get; } = BytePairVocabulary.Train([Text], new BytePairOptions { Size = 300 });

    // Each token counts, and the end of the turn.
    private static TrainingSample Sample
    {
        get
        {
            int[] tokens = [.. new ReferenceEncoder(Vocabulary).Encode(Text), 1];
            float[] weights = new float[tokens.Length];
            Array.Fill(weights, 1);
            return new TrainingSample(tokens, weights);
        }
    }

    private static double Deviation(GgufFile file, string name)
    {
        float[] values = Values(file, name);
        Assert.InRange(values.Average(), -0.002, 0.002);
        return Math.Sqrt(values.Average(static value => (double)value * value));
    }

    private static float[] Values(GgufFile file, string name) => MemoryMarshal.Cast<byte, float>(file.GetTensorData(file.FindTensor(name)!)).ToArray();

    private string Write(string name, ulong seed = 7)
    {
        string path = Path.Combine(_folder, name);
        NewModel.Write(path, s_shape, Vocabulary, seed, new Dictionary<string, GgufValue>(StringComparer.Ordinal) { ["general.name"] = GgufValue.From("a name") });
        return path;
    }
}
