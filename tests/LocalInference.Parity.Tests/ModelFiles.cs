using LocalInference.Forge;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Parity.Tests;

/// <summary>Tiny models with room for long answers, written when they are first asked for.</summary>
public sealed class ModelFiles : IDisposable
{
    private static readonly TestModelSpec s_spec = TestModelSpec.Llama with { ContextLength = 1024, EmbeddingLength = 128, BlockCount = 3, KeyValueHeadCount = 2, FeedForwardLength = 256 };

    /// <summary>Where they are, and whatever else a test writes.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("localinference-parity-tests-").FullName;

    /// <summary>A model with weights in F32, F16 or Q8_0.</summary>
    public string Of(GgufTensorType type, ulong seed = 1)
    {
        string path = Path.Combine(Folder, $"{type}-{seed}.gguf");
        if (File.Exists(path))
        {
            return path;
        }

        if (type == GgufTensorType.Q8_0)
        {
            NativeRuntime.Get();
            Quantizer.Quantize(Of(GgufTensorType.F32, seed), path, llama_ftype.LLAMA_FTYPE_MOSTLY_Q8_0);
        }
        else
        {
            TestModel.Write(path, s_spec with { WeightType = type, Seed = seed });
        }

        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Tests that share the models run one after the other: each of them wants the machine's cores.</summary>
[CollectionDefinition(Name)]
public sealed class ModelTests : ICollectionFixture<ModelFiles>
{
    public const string Name = "Models";
}
