using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Models;

/// <summary>Tiny models as files, each written once, and what tests do with them.</summary>
internal static class TrainingModels
{
    private static readonly string s_folder = Directory.CreateTempSubdirectory("localinference-training-").FullName;
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_files = new(StringComparer.Ordinal);

    static TrainingModels() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(s_folder, recursive: true);

    /// <summary>One of each architecture that can be trained, with grouped queries and without, tied and not.</summary>
    public static TheoryData<string> Names => [.. Specs.Keys];

    public static Dictionary<string, TestModelSpec> Specs { get; } = new[]
    {
        TestModelSpec.Llama,
        TestModelSpec.LlamaChat,
        TestModelSpec.Llama3,
        TestModelSpec.Qwen2,
        TestModelSpec.Qwen3,
        TestModelSpec.Phi3,
        TestModelSpec.Gemma,

        // Shorter windows than samples, and a layer without.
        TestModelSpec.Gemma2 with { Name = "tiny-gemma2-window", SlidingWindow = 12 },
        TestModelSpec.Gemma3 with { Name = "tiny-gemma3-window", SlidingWindow = 12, BlockCount = 6, FrequencyBase = 1e6f },
    }.ToDictionary(static s => s.Name, StringComparer.Ordinal);

    public static string FileOf(TestModelSpec spec) =>
        s_files.GetOrAdd(spec.Name, _ => new Lazy<string>(() => TestModel.WriteTo(s_folder, spec))).Value;

    public static TrainableModel Open(string name) => TrainableModel.Open(FileOf(Specs[name]));

    /// <summary>Samples of random tokens; some of their targets count half, some not at all.</summary>
    public static TrainingSample[] Samples(int vocabulary, params int[] lengths) =>
    [
        .. lengths.Select((length, index) => new TrainingSample(
            [.. Enumerable.Range(0, length).Select(i => (int)(RandomBits.Key((ulong)index, (ulong)i) % (ulong)vocabulary))],
            [.. Enumerable.Range(0, length).Select(i => (i % 4) switch { 0 => 0f, 1 => 0.5f, _ => 1f })])),
    ];

    /// <summary>A pass over a model on a backend of its own.</summary>
    public static ModelPass Pass(TrainableModel model, CpuBackend backend, bool checkpoint = false) => new(model, new TapeRunner(backend), checkpoint);

    /// <summary>What a training needs on this machine, if it had memory for anything.</summary>
    public static MemoryNeed Need(TrainableModel model, TrainingOptions options, PreparedSamples samples, IReadOnlyList<TrainingSample>? validation = null) =>
        new(model, options, samples, validation ?? [], long.MaxValue, ProductKernel.IsSupported);

    /// <summary>The logits of each of some tokens but the last, as the trainer computes them: as libllama does, or as they are trained with.</summary>
    public static unsafe float[] Logits(TrainableModel model, int[] tokens, bool asServed, int threads = 1)
    {
        float[] all = new float[tokens.Length];
        Array.Fill(all, 1);
        using CpuBackend backend = new(threads);
        using ModelPass pass = Pass(model, backend);
        using TokenBatch batch = new([new TrainingSample(tokens, all)], scale: 1);
        using HostTensors memory = pass.LogitRows(batch, out ggml_tensor* rows);
        pass.ReadLogits(batch, asServed, rows);
        return HostTensors.Elements<float>(rows).ToArray();
    }

    /// <summary>The logits of each of some tokens, as libllama computes them.</summary>
    public static float[] ServedLogits(string path, ReadOnlySpan<int> tokens, int threads, string? adapter = null, string? longContextKey = null)
    {
        using TrainableModel model = TrainableModel.Open(path);
        float[] logits = new float[tokens.Length * model.Shape.VocabularySize];
        ReferenceLogits.Compute(path, tokens, threads, logits, adapter, longContextKey);
        return logits;
    }

    /// <summary>The largest difference between two lists of logits.</summary>
    public static double Distance(float[] a, float[] b) => a.Zip(b, static (x, y) => Math.Abs((double)x - y)).Max();

    /// <summary>A tiny model with another header and more tensors: the values of the first are 1, 2, 3, …, those of the second 2, 4, 6, …</summary>
    public static string Forge(string folder, TestModelSpec spec, Func<GgufMetadataBuilder, GgufMetadataBuilder> change, params GgufTensorDefinition[] added)
    {
        string path = Path.Combine(folder, "model.gguf");
        using GgufFile file = GgufFile.Open(FileOf(spec));
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

        foreach ((int index, GgufTensorDefinition tensor) in added.Index())
        {
            float[] values = [.. Enumerable.Range(1, (int)tensor.ElementCount).Select(i => (float)(i * (index + 1)))];
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        writer.Complete();
        return path;
    }

    /// <summary>Makes an adapter do something: a fresh one's B is zero.</summary>
    public static void FillRandomly(ParameterSet parameters, float bound)
    {
        for (int i = 0; i < parameters.All.Count; i++)
        {
            RandomBits.FillUniform(parameters.All[i].Values, RandomBits.Key(5, (ulong)i), bound);
        }
    }
}
