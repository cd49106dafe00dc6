using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>All weights of a model, trained in their own place.</summary>
internal sealed class FullWeights : ITrainedWeights
{
    private const string SplitPrefix = "split.";

    private readonly TrainableModel _model;

    /// <summary>Begins with the file's values.</summary>
    /// <exception cref="TrainingException">A weight is not F32.</exception>
    public FullWeights(TrainableModel model)
    {
        _model = model;
        Parameters = new ParameterSet([.. Definitions(model)]);
        foreach ((Weight weight, Parameter parameter) in model.Weights.Zip(Parameters.All))
        {
            weight.Train(parameter);
        }
    }

    public ParameterSet Parameters { get; }

    public IEnumerable<Parameter> Matrices => _model.Layers.SelectMany(static l => l.Linears).Select(static l => l.Matrix.Parameter!);

    public string FileName => "model.gguf";

    public bool IsAdapter => false;

    /// <summary>The parameters that a model has.</summary>
    /// <exception cref="TrainingException">A weight is not F32.</exception>
    public static IEnumerable<ParameterDefinition> Definitions(TrainableModel model) =>
        model.Weights.FirstOrDefault(static w => !w.IsSinglePrecision) is { } other
            ? throw ExceptionFactory.TrainingOption(nameof(TrainingOptions.Mode), $"all weights can be trained of F32 models only, and '{other.Name}' is of another type; train an adapter", nameof(TrainingMode.Full), nameof(TrainingMode.Lora))
            : model.Weights.Select(static w => new ParameterDefinition(w.Name, w.Columns, w.Rows));

    /// <summary>Writes the model: the file's own metadata and tensors, with the trained values; of a split model, one file.</summary>
    public void Write(string path)
    {
        Dictionary<string, Parameter> parameters = Parameters.All.ToDictionary(static p => p.Definition.Name, StringComparer.Ordinal);
        using GgufFile file = GgufFile.Open(_model.Path);
        GgufMetadataBuilder metadata = new();
        foreach ((string key, GgufValue value) in file.Metadata.Where(static p => !p.Key.StartsWith(SplitPrefix, StringComparison.Ordinal)))
        {
            metadata.Set(key, value);
        }

        using GgufWriter writer = GgufWriter.Create(path, metadata.Build(), [.. file.Tensors.Select(static t => t.ToDefinition())]);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            if (parameters.TryGetValue(tensor.Name, out Parameter? parameter))
            {
                TensorSlices.Write(writer, parameter.Values);
            }
            else
            {
                writer.Write(file.GetTensorData(tensor));
            }
        }

        writer.Complete();
    }

    public void Dispose()
    {
        foreach (Weight weight in _model.Weights)
        {
            weight.Freeze();
        }

        Parameters.Dispose();
    }
}
