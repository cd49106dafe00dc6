using System.Collections.Concurrent;
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

    /// <summary>How far logits may be from libllama's by rounding, as a part of their size: more where GELU comes from a table of half precision.</summary>
    public static double Rounding(TrainableModel model) => model.Shape.Activation == GatedActivation.Gelu ? 1e-4 : 1e-5;

    /// <summary>Makes an adapter do something: a fresh one's B is zero.</summary>
    public static void FillRandomly(ParameterSet parameters, float bound)
    {
        for (int i = 0; i < parameters.All.Count; i++)
        {
            RandomBits.FillUniform(parameters.All[i].Values, RandomBits.Key(5, (ulong)i), bound);
        }
    }
}
