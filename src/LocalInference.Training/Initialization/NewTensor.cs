using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>A tensor of a model that begins from nothing.</summary>
/// <param name="Definition">Its name and shape in the file.</param>
/// <param name="Length">How many elements it has.</param>
/// <param name="Deviation">The standard deviation of its random values; <see langword="null"/>: all are 1.</param>
internal sealed record NewTensor(GgufTensorDefinition Definition, int Length, float? Deviation)
{
    public static NewTensor Matrix(string name, int columns, int rows, float deviation) =>
        new(new GgufTensorDefinition($"{name}.weight", GgufTensorType.F32, columns, rows), checked(columns * rows), deviation);

    public static NewTensor Norm(string name, int length) => new(new GgufTensorDefinition($"{name}.weight", GgufTensorType.F32, length), length, null);
}
