namespace LocalInference.Training;

/// <summary>Moves the parameters of a training, and keeps what it needs for that from step to step.</summary>
/// <param name="parameters">What is trained.</param>
/// <param name="weightDecay">The share, times the learning rate, by which values become smaller with each step.</param>
/// <param name="muon">What moves some of the parameters in another way than AdamW, if anything does.</param>
internal sealed class Optimizer(ParameterSet parameters, float weightDecay, Muon? muon = null) : IDisposable
{
    private readonly float[] _first = new float[parameters.Values.Length];
    private readonly float[] _second = new float[parameters.Values.Length];

    /// <summary>Running means of gradients.</summary>
    public Span<float> First => _first;

    /// <summary>Running means of squared gradients; zeros where Muon moves.</summary>
    public Span<float> Second => _second;

    /// <summary>Moves all parameters against their gradients.</summary>
    /// <param name="gradientScale">What gradients are multiplied with first.</param>
    /// <param name="learningRate">How far.</param>
    /// <param name="number">Which step this is, from 1.</param>
    public void Step(float gradientScale, float learningRate, int number)
    {
        OptimizerStep step = new(number, learningRate, weightDecay, gradientScale);
        OptimizerSlice all = new(parameters.Values, parameters.Gradients, _first, _second);
        if (muon is null)
        {
            AdamW.Step(all, step);
            return;
        }

        foreach (Parameter parameter in parameters.All.Except(muon.Matrices))
        {
            AdamW.Step(all[parameters.RangeOf(parameter)], step);
        }

        muon.Step(parameters, all, step);
    }

    public void Dispose() => muon?.Dispose();
}
