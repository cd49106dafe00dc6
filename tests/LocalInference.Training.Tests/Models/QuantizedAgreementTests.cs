namespace LocalInference.Training.Tests.Models;

/// <summary>On quantized models the trainer's function is libllama's but for the rounding of activations, which there happens at other places.</summary>
public sealed class QuantizedAgreementTests : IDisposable
{
    private const double MostDivergence = 5e-4;

    private static readonly TrainingOptions s_options = new() { Rank = 4, Alpha = 8 };

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-agreement-").FullName;

    public static TheoryData<QuantizationType> Types => QuantizedModels.Types;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Types))]
    public async Task An_adapter_does_in_the_engine_what_it_does_here(QuantizationType type)
    {
        string path = Path.Combine(_folder, "adapter.gguf");
        using TrainableModel model = TrainableModel.Open(await QuantizedModels.FileAsync(type));
        using LoraAdapter adapter = new(model, s_options);
        TrainingModels.FillRandomly(adapter.Parameters, 0.1f);
        adapter.Write(path);
        int[] tokens = TrainingModels.Samples(QuantizedModels.VocabularySize, 101)[0].Tokens;
        int[] read = tokens[..^1];

        float[] ours = TrainingModels.Logits(model, tokens, asServed: false);
        float[] theirs = TrainingModels.ServedLogits(model.Path, read, threads: 1, path);
        float[] without = TrainingModels.ServedLogits(model.Path, read, threads: 1);

        double divergence = Divergence(theirs, ours);
        Assert.True(divergence <= MostDivergence, $"{type}: {divergence:E2} nats per token");
        Assert.True(Divergence(theirs, without) > 20 * MostDivergence, $"{type}: the adapter does nothing");
    }

    // Nats for each token, in the mean.
    private static double Divergence(float[] first, float[] second)
    {
        int size = QuantizedModels.VocabularySize;
        Assert.Equal(first.Length, second.Length);
        LogitRow one = new(size);
        LogitRow other = new(size);
        double sum = 0;
        for (int start = 0; start < first.Length; start += size)
        {
            one.Read(first.AsSpan(start, size));
            other.Read(second.AsSpan(start, size));
            sum += one.DivergenceFrom(other);
        }

        return sum / (first.Length / size);
    }
}
