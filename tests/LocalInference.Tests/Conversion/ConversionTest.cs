using System.Runtime.InteropServices;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Conversion;

/// <summary>A folder for the files of a test, and ways to make and read them.</summary>
public abstract class ConversionTest : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-conversion-").FullName;

    /// <summary>Wide enough for types that store 256 weights together.</summary>
    internal static TestModelSpec Wide { get; } = TestModelSpec.Llama with { Name = "wide", EmbeddingLength = 256, HeadCount = 4, KeyValueHeadCount = 2, FeedForwardLength = 256, BlockCount = 2 };

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal string At(string name) => Path.Combine(_folder, name);

    internal string Write(TestModelSpec spec) => TestModel.WriteTo(_folder, spec);

    internal string[] Files => [.. Directory.GetFiles(_folder).Select(static path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    internal static float[] Values(GgufFile file, string name)
    {
        NativeRuntime.Get();
        GgufTensorInfo tensor = file.FindTensor(name)!;
        float[] values = new float[tensor.ElementCount];
        TensorValues.Decode(tensor.Type, file.GetTensorData(tensor), values);
        return values;
    }

    /// <summary>How far values are from others: the root of the mean square of the differences, by that of the others.</summary>
    internal static double RelativeError(float[] actual, float[] expected)
    {
        double difference = actual.Zip(expected).Sum(static pair => Math.Pow(pair.First - pair.Second, 2));
        return Math.Sqrt(difference / expected.Sum(static value => Math.Pow(value, 2)));
    }

    /// <summary>Writes a copy of a model in which some values are others.</summary>
    internal static void WriteChanged(string source, string target, Action<string, float[]> change)
    {
        using GgufFile file = GgufFile.Open(source);
        using GgufWriter writer = GgufWriter.Create(target, file.Metadata, [.. file.Tensors.Select(static tensor => tensor.ToDefinition())]);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            float[] values = MemoryMarshal.Cast<byte, float>(file.GetTensorData(tensor)).ToArray();
            change(tensor.Name, values);
            writer.Write(MemoryMarshal.AsBytes<float>(values));
        }

        writer.Complete();
    }

    /// <summary>Writes an importance matrix in the format of llama.cpp's llama-imatrix.</summary>
    internal static void WriteImatrix(string path, IEnumerable<(string Name, float[] Sums, float[] Counts)> entries)
    {
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("general.type", "imatrix")
            .Set("imatrix.datasets", GgufArray.FromStrings(["some/folder/text.txt"]))
            .Set("imatrix.chunk_count", 3u)
            .Set("imatrix.chunk_size", 512u)
            .Build();
        (string Name, float[] Sums, float[] Counts)[] all = [.. entries];
        using GgufWriter writer = GgufWriter.Create(
            path,
            metadata,
            [.. all.SelectMany(static e => new GgufTensorDefinition[] { new($"{e.Name}.in_sum2", GgufTensorType.F32, e.Sums.Length / e.Counts.Length, e.Counts.Length), new($"{e.Name}.counts", GgufTensorType.F32, 1, e.Counts.Length) })]);
        foreach ((_, float[] sums, float[] counts) in all)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(sums));
            writer.Write(MemoryMarshal.AsBytes<float>(counts));
        }

        writer.Complete();
    }

    /// <summary>An importance matrix for all matrices of the layers of a model.</summary>
    internal string WriteImatrix(string model, Func<int, float> importance)
    {
        string path = At("imatrix.gguf");
        using GgufFile file = GgufFile.Open(model);
        WriteImatrix(path, file.Tensors
            .Where(static tensor => tensor.Dimensions.Length > 1 && tensor.Name.StartsWith("blk.", StringComparison.Ordinal))
            .Select(tensor => (tensor.Name, (float[])[.. Enumerable.Range(0, (int)tensor.Dimensions[0]).Select(column => 10 * importance(column))], new float[] { 10 })));
        return path;
    }

    /// <summary>Keeps what it is told, on the thread that tells it.</summary>
    internal sealed class Recorder(List<ConversionProgress> reports) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value) => reports.Add(value);
    }
}
