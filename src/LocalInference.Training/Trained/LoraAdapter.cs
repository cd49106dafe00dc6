using System.Runtime.InteropServices;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>The changes that are trained on a model, attached to its matrices until it is disposed.</summary>
internal sealed class LoraAdapter : ITrainedWeights
{
    private readonly TrainableModel _model;
    private readonly TrainingOptions _options;
    private readonly List<LowRankChange> _changes = [];

    /// <summary>Attaches changes that change nothing yet: A uniform within 1/√inputs, as PEFT begins, and B zero.</summary>
    public LoraAdapter(TrainableModel model, TrainingOptions options)
    {
        _model = model;
        _options = options;
        Linear[] linears = [.. Chosen(model, options.Targets)];
        Parameters = new ParameterSet([.. linears.SelectMany(l => Definitions(l, options.Rank))]);
        float scale = WrittenAlpha / options.Rank;
        for (int i = 0; i < linears.Length; i++)
        {
            Weight matrix = linears[i].Matrix;
            LowRankChange change = new(matrix.Name, Parameters.All[2 * i], Parameters.All[(2 * i) + 1], scale, options.Dropout, i);
            RandomBits.FillUniform(change.A.Values, RandomBits.Key(options.Seed, RandomPurpose.Initial, (ulong)i), 1 / MathF.Sqrt(matrix.Columns));
            linears[i].Change = change;
            _changes.Add(change);
        }
    }

    /// <summary>A and B of every change.</summary>
    public ParameterSet Parameters { get; }

    public IEnumerable<Parameter> Matrices => [];

    public string FileName => "adapter.gguf";

    public bool IsAdapter => true;

    // llama.cpp scales by alpha / rank, so a rank-stabilized adapter (Kalajdzievski, 2023, arXiv 2312.03732) has alpha · √rank; and is trained
    // with what is left of that, to the last bit.
    private float WrittenAlpha => _options.Alpha * (_options.RankStabilized ? MathF.Sqrt(_options.Rank) : 1);

    /// <summary>The parameters that an adapter of a model has.</summary>
    public static IEnumerable<ParameterDefinition> Definitions(TrainableModel model, TrainingOptions options) =>
        Chosen(model, options.Targets).SelectMany(l => Definitions(l, options.Rank));

    /// <summary>Writes the adapter as llama.cpp reads it (<see cref="LoraLayout"/>).</summary>
    public void Write(string path)
    {
        GgufTensorDefinition[] tensors = [.. _changes.SelectMany(c => new GgufTensorDefinition[]
        {
            new($"{c.Target}{LoraLayout.ASuffix}", GgufTensorType.F32, c.A.Definition.Columns, _options.Rank),
            new($"{c.Target}{LoraLayout.BSuffix}", GgufTensorType.F32, _options.Rank, c.B.Definition.Columns),
        })];
        using GgufWriter writer = GgufWriter.Create(path, LoraLayout.Metadata(_model.Shape.Architecture, WrittenAlpha), tensors);
        foreach (LowRankChange change in _changes)
        {
            writer.Write(MemoryMarshal.AsBytes(change.A.Values));
            writer.Write(MemoryMarshal.AsBytes<float>(Matrix.Transpose([.. change.B.Values], (int)change.B.Definition.Columns)));
        }

        writer.Complete();
    }

    public void Dispose()
    {
        foreach (Linear linear in _model.Layers.SelectMany(static l => l.Linears))
        {
            linear.Change = null;
        }

        Parameters.Dispose();
    }

    private static IEnumerable<Linear> Chosen(TrainableModel model, LoraTargets targets) =>
        model.Layers.SelectMany(static layer => layer.Linears).Where(linear => (linear.Targets & targets) != LoraTargets.None);

    private static IEnumerable<ParameterDefinition> Definitions(Linear linear, int rank) =>
    [
        new($"{linear.Matrix.Name}.a", linear.Matrix.Columns, rank),
        new($"{linear.Matrix.Name}.b", linear.Matrix.Rows, rank),
    ];
}
