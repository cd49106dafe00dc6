using System.Globalization;
using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// A control vector in a file, as llama.cpp's cvector-generator and repeng write it: architecture <c>controlvector</c>, and a tensor
/// <c>direction.N</c> of single-precision numbers for layer N, from 1 on (common_control_vector_load_one in common/common.cpp).
/// </summary>
internal static class ControlVectorFile
{
    private const string Architecture = "controlvector";
    private const string Prefix = "direction.";

    // Their graphs have no place for one: llama.cpp would compute as if there were none (src/models of v0.5.0).
    private static readonly string[] s_architecturesWithout = ["plamo2", "hy_v4"];

    public static bool IsOne(GgufFile file) =>
        file.Metadata.TryGetString("general.architecture", out string architecture) && string.Equals(architecture, Architecture, StringComparison.Ordinal);

    /// <exception cref="AdapterException">It is none of this model.</exception>
    public static AdapterInfo Check(string name, GgufFile file, CheckedModel model)
    {
        if (s_architecturesWithout.Contains(model.Architecture, StringComparer.Ordinal))
        {
            throw ExceptionFactory.Adapter(name, $"models of architecture '{model.Architecture}' take no control vectors", model.Architecture);
        }

        (long length, long layers) = SizeOf(model);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            if (LayerOf(tensor) is not { } layer || layer < 1 || layer >= layers)
            {
                throw ExceptionFactory.Adapter(name, $"its tensor '{tensor.Name}' is for none of the layers 1 to {layers - 1}", tensor.Name, $"direction.{layers - 1}");
            }

            if (tensor.Type != GgufTensorType.F32 || tensor.ElementCount != length)
            {
                throw ExceptionFactory.Adapter(
                    name,
                    $"'{tensor.Name}' has {tensor.ElementCount} numbers of type {tensor.Type} where {length} of type F32 are expected",
                    tensor.ElementCount.ToString(CultureInfo.InvariantCulture),
                    length.ToString(CultureInfo.InvariantCulture));
            }
        }

        return new AdapterInfo
        {
            Name = name,
            Path = file.Path,
            Kind = AdapterKind.ControlVector,
            Rank = 0,
            Alpha = 0,
            TensorCount = file.Tensors.Length > 0 ? file.Tensors.Length : throw ExceptionFactory.Adapter(name, "it changes nothing: it has no directions"),
            SizeInBytes = length * (layers - 1) * sizeof(float),
        };
    }

    /// <summary>One direction for each layer from the second on, one behind the other; zeros where the file has none.</summary>
    /// <exception cref="AdapterException">The file cannot be read any more, or has numbers that are not finite.</exception>
    public static float[] Read(AdapterInfo info, CheckedModel model)
    {
        (long length, long layers) = SizeOf(model);
        float[] directions = new float[length * (layers - 1)];
        try
        {
            using GgufFile file = GgufFile.Open(info.Path);
            foreach (GgufTensorInfo tensor in file.Tensors)
            {
                int start = checked((int)((LayerOf(tensor)!.Value - 1) * length));
                file.ReadTensorData(tensor, 0, MemoryMarshal.AsBytes(directions.AsSpan(start, (int)length)));
            }
        }
        catch (Exception e) when (e is GgufException or IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.Adapter(info.Name, $"'{info.Path}' cannot be read ({e.Message.TrimEnd('.')})", inner: e);
        }

        return Array.TrueForAll(directions, float.IsFinite)
            ? directions
            : throw ExceptionFactory.Adapter(info.Name, "it has numbers that are not finite");
    }

    private static (long Length, long Layers) SizeOf(CheckedModel model) =>
        (model.Description.EmbeddingLength ?? 0, model.Layers);

    private static int? LayerOf(GgufTensorInfo tensor) =>
        tensor.Name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(tensor.Name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int layer) ? layer : null;
}
