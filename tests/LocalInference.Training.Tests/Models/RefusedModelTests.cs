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
        string path = Write(static metadata => metadata.Set("llama.attention.scale", 0.3f));

        Refused(path, "llama.attention.scale");
    }

    [Theory]
    [InlineData("yarn")]
    [InlineData("longrope")]
    public void A_scaling_of_positions_that_the_trainer_does_not_know(string type)
    {
        string path = Write(metadata => metadata.Set("llama.rope.scaling.type", type).Set("llama.rope.scaling.factor", 2f));

        Refused(path, type);
    }

    [Fact]
    public void A_tensor_that_the_trainer_does_not_know()
    {
        string path = Write(static metadata => metadata, new GgufTensorDefinition("blk.0.attn_sinks.weight", GgufTensorType.F32, 4));

        Refused(path, "blk.0.attn_sinks.weight");
    }

    [Fact]
    public void Linear_scaling_of_positions_is_libllamas()
    {
        string path = Write(static metadata => metadata.Set("llama.rope.scaling.type", "linear").Set("llama.rope.scaling.factor", 4f));

        Agrees(path);
    }

    [Fact]
    public void Frequency_factors_are_libllamas()
    {
        string path = Write(static metadata => metadata, new GgufTensorDefinition("rope_freqs.weight", GgufTensorType.F32, 8));

        Agrees(path);
    }

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

    // The tiny Llama with another header, and more tensors, whose values are 1, 2, …
    private string Write(Func<GgufMetadataBuilder, GgufMetadataBuilder> change, params GgufTensorDefinition[] added)
    {
        string path = Path.Combine(_folder, "model.gguf");
        using GgufFile file = GgufFile.Open(TrainingModels.FileOf(TestModelSpec.Llama));
        GgufMetadataBuilder builder = new();
        foreach ((string key, GgufValue value) in file.Metadata)
        {
            builder.Set(key, value);
        }

        using GgufWriter writer = GgufWriter.Create(path, change(builder).Build(), [.. file.Tensors.Select(static t => t.ToDefinition()), .. added]);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            writer.Write(file.GetTensorData(tensor));
        }

        foreach (GgufTensorDefinition tensor in added)
        {
            float[] values = [.. Enumerable.Range(1, (int)tensor.ElementCount).Select(static i => (float)i)];
            writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        }

        writer.Complete();
        return path;
    }
}
