using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>Samples as a file: for each set their lengths, and all tokens and weights one behind the other, as tensors of a GGUF file.</summary>
internal static class SampleFile
{
    private const string Training = "training";
    private const string Validation = "validation";

    /// <summary>
    /// Where a job's samples go in a run's directory: a name that no other job has, because the run's lock is the worker's and somebody else may
    /// come meanwhile.
    /// </summary>
    public static string NewPathIn(string directory) => Path.Combine(directory, $"samples-{Guid.NewGuid():N}.gguf");

    /// <summary>Writes both sets; a file of that name is there whole, or as it was before.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<TrainingSample> samples, IReadOnlyList<TrainingSample> validation)
    {
        (string Name, IReadOnlyList<TrainingSample> Samples)[] sets = [.. new[] { (Training, samples), (Validation, validation) }.Where(static s => s.Item2.Count > 0)];
        List<GgufTensorDefinition> tensors = [];
        foreach ((string name, IReadOnlyList<TrainingSample> set) in sets)
        {
            long tokens = set.Sum(static s => (long)s.Tokens.Length);
            tensors.Add(new(Lengths(name), GgufTensorType.I32, set.Count));
            tensors.Add(new(Tokens(name), GgufTensorType.I32, tokens));
            tensors.Add(new(Weights(name), GgufTensorType.F32, tokens));
        }

        using GgufWriter writer = GgufWriter.Create(path, new GgufMetadataBuilder().Set("general.type", "samples").Build(), tensors);
        foreach ((_, IReadOnlyList<TrainingSample> set) in sets)
        {
            writer.Write(MemoryMarshal.AsBytes<int>(set.Select(static s => s.Tokens.Length).ToArray()));
            foreach (TrainingSample sample in set)
            {
                writer.Write(MemoryMarshal.AsBytes<int>(sample.Tokens));
            }

            foreach (TrainingSample sample in set)
            {
                writer.Write(MemoryMarshal.AsBytes<float>(sample.Weights));
            }
        }

        writer.Complete();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="GgufException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (IReadOnlyList<TrainingSample> Samples, IReadOnlyList<TrainingSample> Validation) Read(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return (Read(file, Training), Read(file, Validation));
    }

    /// <summary>Deletes it if that can be done: what became of a training counts more than a file that is left.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has a name of its own in the run's folder, so nobody takes it for anything else.
        }
    }

    private static string Lengths(string set) => $"{set}.lengths";

    private static string Tokens(string set) => $"{set}.tokens";

    private static string Weights(string set) => $"{set}.weights";

    private static List<TrainingSample> Read(GgufFile file, string set)
    {
        if (file.FindTensor(Lengths(set)) is null)
        {
            return [];
        }

        int[] lengths = Elements<int>(file, Lengths(set));
        int[] tokens = Elements<int>(file, Tokens(set));
        float[] weights = Elements<float>(file, Weights(set));
        List<TrainingSample> samples = [];
        int at = 0;
        foreach (int length in lengths)
        {
            samples.Add(new TrainingSample(tokens[at..(at + length)], weights[at..(at + length)]));
            at += length;
        }

        return samples;
    }

    private static T[] Elements<T>(GgufFile file, string name)
        where T : unmanaged
    {
        GgufTensorInfo tensor = file.FindTensor(name) ?? throw ExceptionFactory.Dataset(file.Path, $"'{name}' is missing", "Begin the training again.", name);
        T[] elements = new T[tensor.ElementCount];
        file.ReadTensorData(tensor, 0, MemoryMarshal.AsBytes(elements.AsSpan()));
        return elements;
    }
}
