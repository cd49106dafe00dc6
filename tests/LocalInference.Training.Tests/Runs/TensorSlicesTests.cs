using LocalInference.Gguf;

namespace LocalInference.Training.Tests.Runs;

/// <summary>Slices join to the tensor that they were cut from.</summary>
public sealed class TensorSlicesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(100)]
    public void What_is_written_is_read_again(int sliceLength)
    {
        float[] first = [.. Enumerable.Range(0, 10).Select(static i => (float)i)];
        float[] second = [.. first.Select(static value => -value)];
        using (GgufWriter writer = GgufWriter.Create(_file, new GgufMetadataBuilder().Set("general.type", "test").Build(), [new("first", GgufTensorType.F32, 10), new("second", GgufTensorType.F32, 10)]))
        {
            TensorSlices.Write(writer, first, sliceLength);
            TensorSlices.Write(writer, second, sliceLength);
            writer.Complete();
        }

        float[] read = new float[10];
        using GgufFile file = GgufFile.Open(_file);
        TensorSlices.Read(file, file.FindTensor("second")!, read, sliceLength);

        Assert.Equal(second, read);
    }
}
