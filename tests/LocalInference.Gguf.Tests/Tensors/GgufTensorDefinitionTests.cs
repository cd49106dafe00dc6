namespace LocalInference.Gguf.Tests.Tensors;

public sealed class GgufTensorDefinitionTests
{
    [Theory]
    [InlineData(GgufTensorType.F32, new long[] { 4, 3 }, 12, 48)]
    [InlineData(GgufTensorType.Q4_K, new long[] { 512, 2, 3, 2 }, 6144, 3456)]
    [InlineData(GgufTensorType.F16, new long[] { }, 1, 2)]
    [InlineData(GgufTensorType.F64, new long[] { long.MaxValue, 0, long.MaxValue }, 0, 0)]
    public void Elements_and_bytes_follow_from_type_and_shape(GgufTensorType type, long[] dimensions, long elements, long bytes)
    {
        GgufTensorDefinition tensor = new("w", type, dimensions);

        Assert.Equal(elements, tensor.ElementCount);
        Assert.Equal(bytes, tensor.ByteLength);
        Assert.Equal(dimensions, tensor.Dimensions);
    }

    [Theory]
    [InlineData(GgufTensorType.F32, new long[] { 1, 1, 1, 1, 1 })]
    [InlineData(GgufTensorType.F32, new long[] { -1 })]
    [InlineData(GgufTensorType.Q4_K, new long[] { 255 })]
    [InlineData(GgufTensorType.Q4_0, new long[] { })]
    [InlineData(GgufTensorType.F32, new long[] { 1L << 32, 1L << 31 })]
    [InlineData(GgufTensorType.F32, new long[] { 1L << 62, 1L << 62, 1L << 62, 1L << 62 })]
    [InlineData(GgufTensorType.F64, new long[] { 1L << 61 })]
    [InlineData((GgufTensorType)4, new long[] { 32 })]
    public void Impossible_shapes_are_refused(GgufTensorType type, long[] dimensions)
    {
        GgufException error = Assert.Throws<GgufException>(() => new GgufTensorDefinition("w", type, dimensions));
        Assert.NotNull(error.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Names_that_llama_cpp_cannot_hold_are_refused(string name) =>
        Assert.Throws<GgufException>(() => new GgufTensorDefinition(name, GgufTensorType.F32, 1));
}
