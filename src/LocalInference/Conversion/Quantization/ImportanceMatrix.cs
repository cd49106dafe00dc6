using System.Collections.Frozen;
using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// The mean square of what each column of each matrix was multiplied with, over some text. Read from the GGUF format of llama.cpp's
/// llama-imatrix (common/imatrix-loader.cpp and tools/imatrix/imatrix.cpp of v0.5.0): for each matrix a tensor <c>NAME.in_sum2</c> of
/// sums, one row for each expert, and <c>NAME.counts</c>, how many tokens were summed. Immutable.
/// </summary>
internal sealed class ImportanceMatrix
{
    /// <summary>What the name of a matrix ends with for its sums.</summary>
    public const string Sums = ".in_sum2";

    /// <summary>What it ends with for how many tokens were summed.</summary>
    public const string Counts = ".counts";

    /// <summary>
    /// The largest value that is believed. Codebook searches sum cubes of weights times this in single precision, and abort the
    /// process when that is infinite; real means are below 10^10.
    /// </summary>
    private const float LargestMean = 1e12f;

    private ImportanceMatrix(string path, FrozenDictionary<string, float[]> entries, IReadOnlyList<string> datasets, int chunks)
    {
        Path = path;
        Entries = entries;
        Datasets = datasets;
        Chunks = chunks;
    }

    public string Path { get; }

    /// <summary>The means by name of the matrix: as many as it has columns, times experts.</summary>
    public FrozenDictionary<string, float[]> Entries { get; }

    /// <summary>Names of the texts that it was computed from.</summary>
    public IReadOnlyList<string> Datasets { get; }

    /// <summary>How many pieces of text that were.</summary>
    public int Chunks { get; }

    /// <exception cref="ConversionException">It is none.</exception>
    public static ImportanceMatrix Load(string path)
    {
        if (!File.Exists(path))
        {
            throw ExceptionFactory.ImportanceMatrix(path, "there is no such file");
        }

        try
        {
            using GgufFile file = GgufFile.Open(path);
            var entries = new Dictionary<string, float[]>(StringComparer.Ordinal);
            foreach (GgufTensorInfo sums in file.Tensors.Where(static tensor => tensor.Name.EndsWith(Sums, StringComparison.Ordinal)))
            {
                string name = sums.Name[..^Sums.Length];
                GgufTensorInfo counts = file.FindTensor(name + Counts) ?? throw ExceptionFactory.ImportanceMatrix(path, $"the sums of '{name}' are there without their counts");
                entries[name] = Means(path, name, Read(path, file, sums), Read(path, file, counts));
            }

            return entries.Count > 0
                ? new ImportanceMatrix(path, entries.ToFrozenDictionary(StringComparer.Ordinal), DatasetsOf(file), file.Metadata.TryGetUInt32("imatrix.chunk_count", out uint chunks) ? (int)Math.Min(chunks, int.MaxValue) : 0)
                : throw ExceptionFactory.ImportanceMatrix(path, $"it has no tensor that ends in {Sums}");
        }
        catch (Exception e) when (e is GgufException or IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.ImportanceMatrix(path, $"it cannot be read ({e.Message.TrimEnd('.')})", inner: e);
        }
    }

    /// <summary>Throws unless every entry that is of a tensor of the model has its size.</summary>
    /// <exception cref="ConversionException">One has not: it was made of another model.</exception>
    public void CheckFits(IReadOnlyList<GgufTensorInfo> tensors)
    {
        int known = 0;
        foreach (GgufTensorInfo tensor in tensors)
        {
            if (!Entries.TryGetValue(tensor.Name, out float[]? means))
            {
                continue;
            }

            known++;
            long expected = tensor.Dimensions[0] * (tensor.Dimensions.Length > 2 ? tensor.Dimensions[2] : 1);
            if (means.Length != expected)
            {
                throw ExceptionFactory.ImportanceMatrix(Path, $"it has {means.Length} values for '{tensor.Name}', which has {expected} columns", means.Length.ToString(), expected.ToString());
            }
        }

        if (known == 0)
        {
            throw ExceptionFactory.ImportanceMatrix(Path, "none of its entries is of a tensor of the model");
        }
    }

    // An expert that the text never reached has no preference (load_imatrix in tools/quantize/quantize.cpp).
    private static float[] Means(string path, string name, float[] sums, float[] counts)
    {
        if (counts.Length == 0 || sums.Length == 0 || sums.Length % counts.Length != 0)
        {
            throw ExceptionFactory.ImportanceMatrix(path, $"'{name}' has {sums.Length} sums and {counts.Length} counts");
        }

        int columns = sums.Length / counts.Length;
        for (int expert = 0; expert < counts.Length; expert++)
        {
            Span<float> row = sums.AsSpan(expert * columns, columns);
            float count = MathF.Round(counts[expert]);
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = count > 0 ? row[i] / count : 1;
                if (!(row[i] is >= 0 and <= LargestMean))
                {
                    throw ExceptionFactory.ImportanceMatrix(path, $"a value of '{name}' is {row[i]}", row[i].ToString(), $"0 to {LargestMean}");
                }
            }
        }

        return sums;
    }

    private static float[] Read(string path, GgufFile file, GgufTensorInfo tensor)
    {
        if (tensor.Type != GgufTensorType.F32)
        {
            throw ExceptionFactory.ImportanceMatrix(path, $"'{tensor.Name}' is stored as {tensor.Type}", tensor.Type.ToString(), nameof(GgufTensorType.F32));
        }

        float[] values = new float[tensor.ElementCount];
        file.ReadTensorData(tensor, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static string[] DatasetsOf(GgufFile file) =>
        file.Metadata.TryGetArray("imatrix.datasets", out GgufArray names) && names.ElementType == GgufValueType.String ? [.. names.Select(static name => name.AsString())] : [];
}
