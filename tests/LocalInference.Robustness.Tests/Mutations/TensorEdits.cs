using System.Collections.Immutable;
using LocalInference.Gguf;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>Tensors that are missing, misnamed, of another type or of another shape.</summary>
internal static class TensorEdits
{
    private static readonly GgufTensorType[] s_types = Enum.GetValues<GgufTensorType>();

    public static IEnumerable<ModelEdit> Of(ModelImage model)
    {
        foreach (TensorImage tensor in model.Tensors)
        {
            string name = tensor.Name;
            yield return new($"{name} dropped", image => image.With(name, static _ => null));
            yield return new($"{name} renamed", image => image.With(name, static old => old with { Name = old.Name + "x" }));
            yield return new($"{name} twice, once in a block that is not there", image => image with { Tensors = image.Tensors.Add(tensor with { Name = $"blk.99.{name.Split('.')[^2]}.weight" }) });
            foreach (GgufTensorType type in s_types.Where(type => type != tensor.Type))
            {
                yield return new($"{name} as {type}", image => image.With(name, old => old with { Type = type }));
            }

            foreach (ImmutableArray<long> shape in Shapes(tensor.Dimensions))
            {
                yield return new($"{name} of {string.Join('×', shape)}", image => image.With(name, old => old with { Dimensions = shape }));
            }
        }

        foreach (string extra in (string[])["rope_freqs.weight", "output.bias", "blk.0.attn_q.bias", "blk.0.attn_qkv.weight", "blk.0.attn_q.scale", "cls.weight", "output_norm.bias", "blk.0.ffn_up.bias"])
        {
            yield return new($"{extra} added", image => image with { Tensors = image.Tensors.Add(new(extra, GgufTensorType.F32, [64], [0, 0, 128, 63])) });
        }
    }

    private static IEnumerable<ImmutableArray<long>> Shapes(ImmutableArray<long> dimensions)
    {
        yield return [];
        yield return [.. dimensions, 1];
        yield return [.. dimensions, 2];
        yield return [.. dimensions, 0];
        yield return [dimensions.Aggregate(1L, static (product, length) => product * length)];
        yield return [.. dimensions.Reverse()];
        for (int i = 0; i < dimensions.Length; i++)
        {
            foreach (long length in (long[])[0, 1, dimensions[i] - 1, dimensions[i] + 1, dimensions[i] * 2, dimensions[i] / 2, dimensions[i] + 32])
            {
                yield return dimensions.SetItem(i, length);
            }
        }
    }
}
