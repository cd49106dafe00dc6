using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// Makes a GGUF adapter of one that PEFT saved. GGUF has one alpha for all matrices, and scales each by alpha / rank: what the config
/// says of a module beyond that (rsLoRA, patterns) is multiplied into its B.
/// </summary>
internal sealed class PeftImport
{
    public const string FileName = "adapter_model.safetensors";

    private readonly CheckedModel _model;
    private readonly TensorNames _names;
    private readonly RotaryOrder? _order;

    public PeftImport(CheckedModel model, string modelPath)
    {
        _model = model;
        _names = TensorNames.Of(model.Architecture)
            ?? throw ExceptionFactory.ConversionInput(modelPath, $"the names of its architecture '{model.Architecture}' in transformers are not known", $"Use a model of {string.Join(", ", TensorNames.Architectures)}.", model.Architecture);
        _order = RotaryOrder.Of(model.Metadata, model.Architecture);
    }

    public void Run(SourceFolder folder, OutputFile output, CancellationToken cancellationToken)
    {
        PeftConfig config = PeftConfig.Load(folder);
        string path = folder.Find(FileName) ?? throw folder.Refuse($"there is no {FileName} in it", "Save the adapter with PEFT's save_pretrained and safe_serialization=True.");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Pair[] pairs = [.. Pairs(file)];
        if (pairs.Length == 0)
        {
            throw ExceptionFactory.ConversionInput(path, "there is no LoRA matrix in it", "Use a LoRA adapter.");
        }

        // Chosen so that nothing is rounded where all modules agree.
        float alpha = config.ScaleOf(pairs[0].Module, pairs[0].Rank) * pairs[0].Rank;
        using GgufWriter writer = GgufWriter.Create(output.TemporaryPath, LoraLayout.Metadata(_model.Architecture, alpha), [.. pairs.SelectMany(static pair => pair.Definitions)]);
        foreach (Pair pair in pairs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            float factor = config.ScaleOf(pair.Module, pair.Rank) * pair.Rank / alpha;
            (float[] a, float[] b) = Read(file, pair, factor);
            writer.Write(MemoryMarshal.AsBytes<float>(a));
            writer.Write(MemoryMarshal.AsBytes<float>(b));
        }

        writer.Complete();
    }

    private IEnumerable<Pair> Pairs(SafetensorsFile file)
    {
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            if (PeftTensorName.Parse(tensor.Name, file.Path) is not { } name)
            {
                continue;
            }

            (string aName, string bName) = PeftTensorName.Of(name.Module, name.IsEmbedding);
            if (!name.IsA)
            {
                // Looked at with its A; one without is noticed here.
                _ = Partner(file, tensor, aName);
                continue;
            }

            string part = _names.ToGguf(name.Module)
                ?? throw ExceptionFactory.ConversionInput(file.Path, $"the architecture {_model.Architecture} has no module '{name.Module}'", "Use an adapter of this very model.", name.Module);
            (SafetensorsTensor a, SafetensorsTensor b) = (tensor, Partner(file, tensor, bName));
            if (a.Shape is not [> 0, _] || b.Shape is not [_, _] || a.Shape[0] != b.Shape[1])
            {
                throw ExceptionFactory.ConversionInput(file.Path, $"the matrices of '{name.Module}' have the shapes {a.ShapeText} and {b.ShapeText}", "Get another copy of the adapter.", a.ShapeText, b.ShapeText);
            }

            yield return new Pair(name.Module, part, name.IsEmbedding, a, b);
        }
    }

    private static SafetensorsTensor Partner(SafetensorsFile file, SafetensorsTensor tensor, string partner) => file.Tensors.GetValueOrDefault(partner)
        ?? throw ExceptionFactory.ConversionInput(file.Path, $"'{tensor.Name}' is there without '{partner}'", "Get another copy of the adapter.", tensor.Name);

    private (float[] A, float[] B) Read(SafetensorsFile file, Pair pair, float factor)
    {
        float[] a = file.ReadAll(pair.A);
        float[] b = file.ReadAll(pair.B);
        if (pair.IsEmbedding)
        {
            a = Matrix.Transpose(a, (int)pair.A.Shape[1]);
        }

        if (_order?.HeadsOf(pair.Part) is { } heads)
        {
            b = RotaryOrder.ToGguf(b, (int)pair.B.Shape[0], heads);
        }

        if (factor != 1)
        {
            TensorPrimitives.Multiply<float>(b, factor, b);
        }

        return (a, b);
    }

    private sealed record Pair(string Module, string Part, bool IsEmbedding, SafetensorsTensor A, SafetensorsTensor B)
    {
        public int Rank => (int)A.Shape[0];

        public GgufTensorDefinition[] Definitions =>
        [
            new($"{Part}.weight{LoraLayout.ASuffix}", GgufTensorType.F32, ShapeOfA),
            new($"{Part}.weight{LoraLayout.BSuffix}", GgufTensorType.F32, Rank, B.Shape[0]),
        ];

        private long[] ShapeOfA => IsEmbedding ? [Rank, A.Shape[1]] : [A.Shape[1], Rank];
    }
}
