using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Runs a model forward, and back where gradients are wanted. Without checkpointing one tape holds everything between; with it each layer
/// is computed a second time on its way back and only what goes into layers is kept (Chen et al., 2016, arXiv 1604.06174). Both compute
/// the same operations on the same numbers, so the results are equal bit for bit.
/// </summary>
internal sealed unsafe class ModelPass : IDisposable
{
    private readonly TrainableModel _model;
    private readonly TapeRunner _runner;
    private readonly bool _checkpoint;

    /// <param name="model">The model, with what is trained attached.</param>
    /// <param name="runner">What computes.</param>
    /// <param name="checkpoint">Whether layers are computed twice to save memory.</param>
    public ModelPass(TrainableModel model, TapeRunner runner, bool checkpoint)
    {
        _model = model;
        _runner = runner;
        _checkpoint = checkpoint;
    }

    /// <summary>The model it runs.</summary>
    public TrainableModel Model => _model;

    /// <summary>Adds the gradient of the batch's weighted loss to the parameters'.</summary>
    /// <returns>The negative log-likelihood of each target, in the order of <see cref="TokenBatch.Targets"/>.</returns>
    public float[] AddGradients(TokenBatch batch) => _checkpoint ? Checkpointed(batch) : Whole(batch, gradients: true);

    /// <summary>The negative log-likelihood of each target.</summary>
    public float[] Losses(TokenBatch batch)
    {
        if (!_checkpoint)
        {
            return Whole(batch, gradients: false);
        }

        using HostTensors kept = Rows(1);
        ggml_tensor* x = Row(kept, batch);
        Embed(batch, x);
        for (int layer = 0; layer < _model.Layers.Count; layer++)
        {
            Forward(layer, batch, x, x);
        }

        return Head(batch, x, null);

        HostTensors Rows(int count) => new(count * HostTensors.Size(ggml_type.GGML_TYPE_F32, _model.Shape.Width, batch.Length), count);
    }

    /// <summary>Room for the logits of every token of a batch, a row each.</summary>
    public HostTensors LogitRows(TokenBatch batch, out ggml_tensor* rows) => Matrix(_model.Shape.VocabularySize, batch.Length, out rows);

    /// <summary>The logits of every token of a batch: to compare with libllama's.</summary>
    /// <param name="batch">Of one sample, if they are as served.</param>
    /// <param name="asServed">Whether they are computed as libllama does, and are its bit for bit, or as they are trained with.</param>
    /// <param name="rows">Where they go: <see cref="LogitRows"/>.</param>
    public void ReadLogits(TokenBatch batch, bool asServed, ggml_tensor* rows)
    {
        using Tape tape = new(Nodes(batch) * (_model.Layers.Count + 1), gradients: false, asServed);
        Variable x = TransformerLayer.Norm(tape, Layers(tape, batch), _model.OutputNorm, _model.Shape);
        tape.Keep(tape.SoftCap(tape.Linear(_model.Output.On(tape), null, x), _model.Shape.LogitCap).Tensor, rows);
        _runner.Run(tape);
    }

    public void Dispose() => _runner.Dispose();

    private float[] Whole(TokenBatch batch, bool gradients)
    {
        using HostTensors result = LossRows(batch, out ggml_tensor* losses);
        using Tape tape = new(Nodes(batch) * (_model.Layers.Count + 2), gradients);
        Variable loss = Loss(tape, Layers(tape, batch), batch);
        tape.Keep(loss.Tensor, losses);
        if (gradients)
        {
            tape.Backward(loss);
        }

        _runner.Run(tape);
        return NegativeLogLikelihoods(losses);
    }

    private float[] Checkpointed(TokenBatch batch)
    {
        int layers = _model.Layers.Count;
        using HostTensors kept = new((layers + 2) * HostTensors.Size(ggml_type.GGML_TYPE_F32, _model.Shape.Width, batch.Length), layers + 2);
        nint[] inputs = [.. Enumerable.Range(0, layers + 1).Select(_ => (nint)Row(kept, batch))];
        ggml_tensor* gradient = Row(kept, batch);
        Embed(batch, (ggml_tensor*)inputs[0]);
        for (int layer = 0; layer < layers; layer++)
        {
            Forward(layer, batch, (ggml_tensor*)inputs[layer], (ggml_tensor*)inputs[layer + 1]);
        }

        float[] losses = Head(batch, (ggml_tensor*)inputs[layers], gradient);
        for (int layer = layers - 1; layer >= 0; layer--)
        {
            Back(layer, batch, (ggml_tensor*)inputs[layer], gradient);
        }

        if (_model.Embedding.Parameter is not null)
        {
            using Tape tape = new(Nodes(batch), gradients: true);
            tape.Backward(Embedded(tape, batch), gradient);
            _runner.Run(tape);
        }

        return losses;
    }

    private void Embed(TokenBatch batch, ggml_tensor* output)
    {
        using Tape tape = new(Nodes(batch), gradients: false);
        tape.Keep(Embedded(tape, batch).Tensor, output);
        _runner.Run(tape);
    }

    private void Forward(int layer, TokenBatch batch, ggml_tensor* input, ggml_tensor* output)
    {
        using Tape tape = new(Nodes(batch), gradients: false);
        tape.Keep(TransformerLayer.Forward(tape, _model.Shape, _model.Layers[layer], layer, Tape.Constant(input), batch).Tensor, output);
        _runner.Run(tape);
    }

    // Reads the gradient of the layer's output and leaves that of its input in its place.
    private void Back(int layer, TokenBatch batch, ggml_tensor* input, ggml_tensor* gradient)
    {
        using Tape tape = new(Nodes(batch), gradients: true);
        bool isWanted = layer > 0 || _model.Embedding.Parameter is not null;
        Variable x = isWanted ? tape.Tracked(input) : Tape.Constant(input);
        tape.Backward(TransformerLayer.Forward(tape, _model.Shape, _model.Layers[layer], layer, x, batch), gradient);
        if (isWanted)
        {
            tape.Keep(x.Gradient, gradient);
        }

        _runner.Run(tape);
    }

    private float[] Head(TokenBatch batch, ggml_tensor* input, ggml_tensor* gradient)
    {
        using HostTensors result = LossRows(batch, out ggml_tensor* losses);
        using Tape tape = new(Nodes(batch), gradients: gradient != null);
        Variable x = gradient != null ? tape.Tracked(input) : Tape.Constant(input);
        Variable loss = Loss(tape, x, batch);
        tape.Keep(loss.Tensor, losses);
        if (gradient != null)
        {
            tape.Backward(loss);
            tape.Keep(x.Gradient, gradient);
        }

        _runner.Run(tape);
        return NegativeLogLikelihoods(losses);
    }

    private Variable Embedded(Tape tape, TokenBatch batch) => tape.Scale(tape.TakeRows(_model.Embedding.On(tape), batch.Tokens), _model.Shape.EmbeddingScale);

    private Variable Layers(Tape tape, TokenBatch batch)
    {
        Variable x = Embedded(tape, batch);
        foreach ((int index, LayerWeights layer) in _model.Layers.Index())
        {
            x = TransformerLayer.Forward(tape, _model.Shape, layer, index, x, batch);
        }

        return x;
    }

    // Logits are the largest product of a small model: only those of tokens that have a target are computed.
    private Variable Loss(Tape tape, Variable x, TokenBatch batch)
    {
        Variable rows = TransformerLayer.Norm(tape, tape.TakeRows(x, batch.TargetRows), _model.OutputNorm, _model.Shape);
        return tape.CrossEntropy(_model.Output.On(tape), _model.Output.Transposed, rows, batch.Targets, batch.Weights, Tape.LossBlock, _model.Shape.LogitCap);
    }

    // A layer has some 250 nodes besides those of its blocks of attention, 40 each; the head some 20 for each block of its loss.
    private static int Nodes(TokenBatch batch) =>
        400 + (50 * (batch.Segments.Sum(static s => (s.Length / Tape.QueryBlock) + 1) + (batch.TargetLength / Tape.LossBlock)));

    private static HostTensors LossRows(TokenBatch batch, out ggml_tensor* losses) => Matrix(2, batch.TargetLength, out losses);

    private static HostTensors Matrix(int columns, int rows, out ggml_tensor* matrix)
    {
        HostTensors memory = new(HostTensors.Size(ggml_type.GGML_TYPE_F32, columns, rows), 1);
        matrix = memory.Add(ggml_type.GGML_TYPE_F32, columns, rows);
        return memory;
    }

    private static float[] NegativeLogLikelihoods(ggml_tensor* losses)
    {
        ReadOnlySpan<float> rows = HostTensors.Elements<float>(losses);
        float[] values = new float[rows.Length / 2];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = rows[(2 * i) + 1];
        }

        return values;
    }

    private ggml_tensor* Row(HostTensors tensors, TokenBatch batch) => tensors.Add(ggml_type.GGML_TYPE_F32, _model.Shape.Width, batch.Length);
}
