using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>Takes a model's tensors by name, checks their shapes, and knows which nobody took.</summary>
internal sealed unsafe class WeightReader(GgufFile file, WeightFile weights)
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary><c>NAME.weight</c>, which must be there.</summary>
    public Weight Require(string name, int columns, int rows = 1) =>
        Find($"{name}.weight", columns, rows) ?? throw ExceptionFactory.Untrainable(file.Path, $"the tensor '{name}.weight' is missing", name);

    /// <summary>Whether there is a tensor of a whole name.</summary>
    public bool Has(string name) => file.FindTensor(name) is not null;

    /// <summary><c>NAME.weight</c> and, where there is one, <c>NAME.bias</c>.</summary>
    public Linear Linear(string name, int inputs, int outputs, LoraTargets targets) => new(Require(name, inputs, outputs), Find($"{name}.bias", outputs), targets);

    /// <summary>Linear layers of one input: by their own names, or, where the first is not there, all in one.</summary>
    public LinearGroup Group(string block, string fused, int inputs, params (string Name, int Outputs, LoraTargets Target)[] parts) => new(
        file.FindTensor($"{block}{parts[0].Name}.weight") is null
            ? [Linear($"{block}{fused}", inputs, parts.Sum(static p => p.Outputs), parts.Aggregate(LoraTargets.None, static (all, p) => all | p.Target))]
            : [.. parts.Select(p => Linear($"{block}{p.Name}", inputs, p.Outputs, p.Target))],
        [.. parts.Select(static p => p.Outputs)]);

    /// <summary>A tensor by its whole name, or <see langword="null"/>.</summary>
    public Weight? Find(string name, int columns, int rows = 1)
    {
        if (file.FindTensor(name) is not { } info)
        {
            return null;
        }

        bool isVector = info.Dimensions.Length == 1;
        if (info.Dimensions[0] != columns || isVector != (rows == 1) || (!isVector && (info.Dimensions.Length != 2 || info.Dimensions[1] != rows)))
        {
            throw ExceptionFactory.Untrainable(file.Path, $"the tensor '{name}' is {string.Join(" × ", info.Dimensions)}, not {columns} × {rows}", name);
        }

        if (isVector && info.Type != GgufTensorType.F32)
        {
            throw ExceptionFactory.Untrainable(file.Path, $"the vector '{name}' is {info.Type}, not F32", $"{info.Type}", "F32");
        }

        _used.Add(name);
        return new Weight(name, weights.Load(info));
    }

    /// <summary>A tensor that nobody took changes the function in a way that the trainer does not know.</summary>
    public void RefuseUnused()
    {
        if (file.Tensors.FirstOrDefault(t => !_used.Contains(t.Name)) is { } unknown)
        {
            throw ExceptionFactory.Untrainable(file.Path, $"it has the tensor '{unknown.Name}', which the trainer does not know", unknown.Name);
        }
    }
}
