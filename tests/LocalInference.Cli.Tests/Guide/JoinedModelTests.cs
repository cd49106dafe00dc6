using System.Runtime.InteropServices;
using LocalInference.Gguf;
using LocalInference.Guide;
using LocalInference.Training;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>Models that are joined answer as they do on average. What they compute is llama.cpp's.</summary>
public sealed class JoinedModelTests : IDisposable
{
    // Deviations of F16 in the KV cache, squared.
    private const double Same = 1e-6;

    private const double Other = 1e-2;

    private static readonly BytePairVocabulary s_vocabulary = BytePairVocabulary.Train([.. Enumerable.Repeat("question", 5)], new BytePairOptions { Size = 300 });

    private static readonly NewModelShape s_shape = new() { Layers = 2, Width = 64, Heads = 2, KeyValueHeads = 1, FeedForwardWidth = 96, ContextLength = 64 };

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-joined-").FullName;

    [Fact]
    public async Task Two_that_compute_the_same_in_other_weights_are_as_one()
    {
        string model = Model("model", seed: 1);
        string reversed = Rewrite(model, "reversed", static (tensor, values) => Reverse(tensor, values));

        EvaluationReport report = await CompareAsync(model, reversed, Join(model, reversed));

        Assert.All(report.Models.Skip(1), static score => Assert.InRange(score.Divergence!.Value, -Same, Same));
    }

    [Fact]
    public async Task Two_that_differ_are_between_both()
    {
        string one = Model("one", seed: 1);
        string other = Model("other", seed: 2);
        string joined = Join(one, other);

        double apart = await DivergenceAsync(one, other);
        double toOne = await DivergenceAsync(one, joined);
        double toOther = await DivergenceAsync(other, joined);

        Assert.InRange(toOne, Other, apart / 2);
        Assert.InRange(toOther, Other, apart / 2);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<double> DivergenceAsync(string from, string to) => (await CompareAsync(from, to)).Models[1].Divergence!.Value;

    private static Task<EvaluationReport> CompareAsync(params string[] models)
    {
        int[] tokens = [.. Enumerable.Range(0, 40).Select(static i => i * 7 % s_vocabulary.Tokens.Length)];
        return ModelEvaluator.CompareAsync(
            [.. models.Select(static path => new EvaluationCandidate(path, path))],
            [new TrainingSample(tokens, [.. tokens.Select(static _ => 1f)])],
            threads: 1);
    }

    private string Join(params string[] members)
    {
        string path = Path.Combine(_folder, "joined.gguf");
        JoinedModel.Write(path, members);
        return path;
    }

    // Weights as they are drawn tell tokens apart hardly; stronger ones do, so that a matrix in the wrong place shows.
    private string Model(string name, ulong seed)
    {
        string path = Path.Combine(_folder, $"{name}-weak.gguf");
        NewModel.Write(path, s_shape, s_vocabulary, seed);
        return Rewrite(path, name, static (tensor, values) =>
        {
            if (tensor.Dimensions.Length == 2)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] *= 8;
                }
            }
        });
    }

    private string Rewrite(string from, string name, Action<GgufTensorInfo, float[]> change)
    {
        string path = Path.Combine(_folder, $"{name}.gguf");
        using GgufFile file = GgufFile.Open(from);
        using GgufWriter writer = GgufWriter.Create(path, file.Metadata, [.. file.Tensors.Select(static tensor => tensor.ToDefinition())]);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            float[] values = [.. MemoryMarshal.Cast<byte, float>(file.GetTensorData(tensor))];
            change(tensor, values);
            writer.Write(MemoryMarshal.AsBytes(values));
        }

        writer.Complete();
        return path;
    }

    // The elements that go from layer to layer in the opposite order: what adds to them writes other rows, all else reads other columns.
    private static void Reverse(GgufTensorInfo tensor, float[] values)
    {
        int width = (int)tensor.Dimensions[0];
        bool adds = tensor.Name.Contains("attn_output", StringComparison.Ordinal) || tensor.Name.Contains("ffn_down", StringComparison.Ordinal);
        if (adds)
        {
            // All elements in the opposite order are the rows in the opposite order, each reversed.
            Array.Reverse(values);
        }

        for (int row = 0; row < values.Length / width; row++)
        {
            values.AsSpan(row * width, width).Reverse();
        }
    }
}
