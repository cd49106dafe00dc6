using System.Collections.Immutable;
using LocalInference.Gguf;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>A small model in memory. Edits make a new one; what comes out is well-formed GGUF, whatever it says.</summary>
internal sealed record ModelImage(GgufMetadata Metadata, ImmutableArray<TensorImage> Tensors)
{
    // More than any tiny model has; an edit that asks for more is not worth its time.
    private const long LargestTensor = 4 * 1024 * 1024;

    public string Architecture => Metadata.GetString("general.architecture");

    public static ModelImage Read(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return new(
            file.Metadata,
            [.. file.Tensors.Select(tensor => new TensorImage(tensor.Name, tensor.Type, tensor.Dimensions, [.. file.GetTensorData(tensor)]))]);
    }

    public ModelImage With(Action<GgufMetadataBuilder> change)
    {
        GgufMetadataBuilder builder = Metadata.ToBuilder();
        change(builder);
        return this with { Metadata = builder.Build() };
    }

    public ModelImage With(string tensor, Func<TensorImage, TensorImage?> change) => this with
    {
        Tensors = [.. Tensors.Select(image => string.Equals(image.Name, tensor, StringComparison.Ordinal) ? change(image) : image).OfType<TensorImage>()],
    };

    /// <returns>False if GGUF cannot hold it: an impossible row length, or two tensors of one name.</returns>
    public bool TryWrite(string path)
    {
        try
        {
            GgufTensorDefinition[] definitions = [.. Tensors.Select(static tensor => new GgufTensorDefinition(tensor.Name, tensor.Type, tensor.Dimensions.AsSpan()))];
            if (definitions.Any(static definition => definition.ByteLength > LargestTensor))
            {
                return false;
            }

            using GgufWriter writer = GgufWriter.Create(path, Metadata, definitions);
            foreach ((GgufTensorDefinition definition, TensorImage tensor) in definitions.Zip(Tensors))
            {
                WriteData(writer, definition.ByteLength, tensor.Data.AsSpan());
            }

            writer.Complete();
            return true;
        }
        catch (GgufException)
        {
            return false;
        }
    }

    private static void WriteData(GgufWriter writer, long length, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> source = data.IsEmpty ? [0] : data;
        while (length > 0)
        {
            ReadOnlySpan<byte> piece = source[..(int)Math.Min(length, source.Length)];
            writer.Write(piece);
            length -= piece.Length;
        }
    }
}
