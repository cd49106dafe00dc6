using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Models;

/// <summary>A function that the trainer does not know exactly is refused, not approximated.</summary>
public sealed class RefusedModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-refused-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_hyper_parameter_that_the_trainer_does_not_know()
    {
        string path = Write(TestModelSpec.Llama, static metadata => metadata.Set("llama.attention.scale", 0.3f));

        Refused(path, "llama.attention.scale");
    }

    [Fact]
    public void A_scaling_of_positions_that_the_trainer_does_not_know()
    {
        string path = Write(TestModelSpec.Llama, static metadata => metadata.Set("llama.rope.scaling.type", "yarn").Set("llama.rope.scaling.factor", 2f));

        Refused(path, "yarn");
    }

    [Fact]
    public void A_tensor_that_the_trainer_does_not_know()
    {
        string path = Write(TestModelSpec.Llama, static metadata => metadata, new GgufTensorDefinition("blk.0.attn_sinks.weight", GgufTensorType.F32, 4));

        Refused(path, "blk.0.attn_sinks.weight");
    }

    [Fact]
    public void Linear_scaling_of_positions_is_libllamas()
    {
        string path = Write(TestModelSpec.Llama, static metadata => metadata.Set("llama.rope.scaling.type", "linear").Set("llama.rope.scaling.factor", 4f));

        Agrees(path);
    }

    [Fact]
    public void Frequency_factors_are_libllamas()
    {
        string path = Write(TestModelSpec.Llama, static metadata => metadata, new GgufTensorDefinition("rope_freqs.weight", GgufTensorType.F32, 8));

        Agrees(path);
    }

    [Fact]
    public void A_cap_of_scores_in_gemma3() =>
        Refused(Write(TestModelSpec.Gemma3, static metadata => metadata.Set("gemma3.attn_logit_softcapping", 50f)), "gemma3.attn_logit_softcapping");

    [Fact]
    public void Rotation_of_a_part_of_phi3s_heads_is_libllamas() => Agrees(Write(TestModelSpec.Phi3, static metadata => metadata.Set("phi3.rope.dimension_count", 12u)));

    [Fact]
    public void A_window_of_phi3_is_ignored_as_by_libllama() => Agrees(Write(TestModelSpec.Phi3, static metadata => metadata.Set("phi3.attention.sliding_window", 8u)));

    [Fact]
    public void Scaling_of_positions_in_gemma3_is_libllamas_and_of_layers_without_a_window_only() =>
        Agrees(Write(TestModelSpec.Gemma3, static metadata => metadata
            .Set("gemma3.rope.scaling.type", "linear")
            .Set("gemma3.rope.scaling.factor", 8f)
            .Set("gemma3.attention.sliding_window", 9u)
            .Set("gemma3.attention.sliding_window_pattern", 2u)
            .Set("gemma3.final_logit_softcapping", 3f)));

    [Fact]
    public void Small_caps_of_gemma2_are_libllamas() =>
        Agrees(Write(TestModelSpec.Gemma2, static metadata => metadata.Set("gemma2.attn_logit_softcapping", 0.5f).Set("gemma2.final_logit_softcapping", 2f)));

    private static void Agrees(string path)
    {
        using TrainableModel model = TrainableModel.Open(path);
        using Native.CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);

        Assert.InRange(new EngineAgreement(pass, 1).Check(TrainingModels.Samples(512, 50)[0], model.Path), 0, 1e-5);
    }

    private static void Refused(string path, string name)
    {
        TrainingException e = Assert.Throws<TrainingException>(() => TrainableModel.Open(path));

        Assert.Equal("training_model_unsupported", e.Code);
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    private string Write(TestModelSpec spec, Func<GgufMetadataBuilder, GgufMetadataBuilder> change, params GgufTensorDefinition[] added) =>
        TrainingModels.Forge(_folder, spec, change, added);
}
