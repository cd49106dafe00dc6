using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Models;

/// <summary>Models that tell positions otherwise in contexts that are longer than their original one (longrope): trained as libllama computes them.</summary>
public sealed class LongContextTests : IDisposable
{
    private const int Original = 256;
    private const string Long = "rope_factors_long.weight";
    private const string Short = "rope_factors_short.weight";

    private static readonly GgufTensorDefinition[] s_factors = [new(Long, GgufTensorType.F32, 8), new(Short, GgufTensorType.F32, 8)];

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-long-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(TestArchitecture.Phi3, 2)]
    [InlineData(TestArchitecture.Phi3, Original)]
    [InlineData(TestArchitecture.Phi3, Original + 1)]
    [InlineData(TestArchitecture.Phi3, 4 * Original)]
    [InlineData(TestArchitecture.Llama, Original)]
    [InlineData(TestArchitecture.Llama, Original + 1)]
    public void Frequencies_are_those_that_libllama_chooses_by_the_length_of_the_context(TestArchitecture architecture, int contextLength)
    {
        string path = Forge(architecture, s_factors);
        int[] tokens = TrainingModels.Samples(512, 60)[0].Tokens;

        float[] theirs = Reference(path, tokens, contextLength);

        Assert.InRange(TrainingModels.Distance(Logits(path, tokens, contextLength), theirs), 0, 1e-5);
        Assert.True(TrainingModels.Distance(Logits(path, tokens, contextLength > Original ? Original : Original + 1), theirs) > 0.1, "Both kinds do the same");
    }

    [Theory]
    [InlineData(Original)]
    [InlineData(Original + 1)]
    public async Task An_adapter_does_in_a_context_what_it_was_trained_to_do_in_one_of_that_length(int contextLength)
    {
        string path = Forge(TestArchitecture.Phi3, s_factors);
        int[] tokens = TrainingModels.Samples(512, 60)[0].Tokens;
        TrainingOptions options = new() { Rank = 4, MaxLength = contextLength, Epochs = 5, LearningRate = 2e-2f, Threads = 1 };

        string adapter;
        using (ModelTrainer trainer = ModelTrainer.Open(path, options))
        {
            // Compares its logits with libllama's, before and after.
            adapter = (await trainer.TrainAsync(TrainingModels.Samples(512, 20, 30, 25), [], Path.Combine(_folder, "run"))).Path;
        }

        float[] served = Reference(path, tokens, contextLength, adapter);
        Assert.True(TrainingModels.Distance(served, Reference(path, tokens, contextLength)) > 0.1, "Nothing was learned");
        Assert.True(TrainingModels.Distance(served, Reference(path, tokens, contextLength > Original ? Original : Original + 1, adapter)) > 0.1, "Both kinds do the same");
    }

    // A context so long as a model of 128k needs takes gigabytes, and comparing needs 64 cells.
    [Fact]
    public void A_short_context_computes_as_a_long_one_where_it_is_compared()
    {
        string path = Forge(TestArchitecture.Phi3, s_factors);
        int[] tokens = TrainingModels.Samples(512, 60)[0].Tokens;

        float[] compared = TrainingModels.ServedLogits(path, tokens.AsSpan(0, tokens.Length - 1), 1, longContextKey: "phi3.rope.scaling.original_context_length");

        Assert.Equal(Reference(path, tokens, 2 * Original), compared);
        Assert.NotEqual(Reference(path, tokens, Original), compared);
    }

    [Fact]
    public void Without_divisors_contexts_are_alike()
    {
        string path = Forge(TestArchitecture.Phi3, []);
        int[] tokens = TrainingModels.Samples(512, 60)[0].Tokens;

        Assert.Equal(Logits(path, tokens, Original), Logits(path, tokens, 2 * Original));
        Assert.InRange(TrainingModels.Distance(Logits(path, tokens, 2 * Original), Reference(path, tokens, 2 * Original)), 0, 1e-5);
    }

    [Theory]
    [InlineData(Long, Short)]
    [InlineData(Short, Long)]
    public void Divisors_of_one_kind_without_the_other_are_refused(string there, string missing) =>
        Refused(Forge(TestArchitecture.Phi3, [new(there, GgufTensorType.F32, 8)]), missing);

    [Fact]
    public void Divisors_of_another_kind_are_refused() =>
        Refused(Forge(TestArchitecture.Llama, [new("rope_freqs.weight", GgufTensorType.F32, 8)]), "rope_freqs.weight");

    [Fact]
    public void Divisors_for_a_scaling_that_has_none_are_refused() =>
        Refused(TrainingModels.Forge(_folder, TestModelSpec.Llama, static metadata => metadata, s_factors), Long);

    [Fact]
    public void A_factor_of_attention_that_is_none_is_refused() =>
        Refused(TrainingModels.Forge(_folder, TestModelSpec.Phi3, static metadata => metadata.Set("phi3.rope.scaling.attn_factor", 0f), s_factors), "phi3.rope.scaling.attn_factor");

    private static float[] Logits(string path, int[] tokens, int contextLength)
    {
        using TrainableModel model = TrainableModel.Open(path, contextLength);
        return TrainingModels.Logits(model, tokens, asServed: true);
    }

    private static float[] Reference(string path, int[] tokens, int contextLength, string? adapter = null)
    {
        using LogitSource source = new(path, adapter is null ? [] : [(adapter, 1)], new LogitSettings(Math.Max(contextLength, tokens.Length), 1, IsExact: true));
        source.Compute(tokens.AsSpan(0, tokens.Length - 1), 0);
        return [.. Enumerable.Range(0, tokens.Length - 1).SelectMany(i => source.Row(i).ToArray())];
    }

    private static void Refused(string path, string name)
    {
        TrainingException e = Assert.Throws<TrainingException>(() => TrainableModel.Open(path));

        Assert.Equal("training_model_unsupported", e.Code);
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    // Of Phi-3 the tensors say it, of others the type of scaling.
    private string Forge(TestArchitecture architecture, GgufTensorDefinition[] added)
    {
        string prefix = architecture == TestArchitecture.Phi3 ? "phi3" : "llama";
        TestModelSpec spec = architecture == TestArchitecture.Phi3 ? TestModelSpec.Phi3 : TestModelSpec.Llama;
        return TrainingModels.Forge(
            _folder,
            spec,
            metadata =>
            {
                metadata
                    .Set($"{prefix}.context_length", 8192u)
                    .Set($"{prefix}.rope.scaling.original_context_length", (uint)Original)
                    .Set($"{prefix}.rope.scaling.attn_factor", 1.19f);
                return architecture == TestArchitecture.Phi3 ? metadata : metadata.Set($"{prefix}.rope.scaling.type", "longrope").Set($"{prefix}.rope.scaling.factor", 2f);
            },
            added);
    }
}
