namespace LocalInference.Training;

/// <summary>How parameters are moved in one step.</summary>
/// <param name="Number">Which step this is, from 1.</param>
/// <param name="LearningRate">How far.</param>
/// <param name="WeightDecay">The share, times the learning rate, by which values become smaller.</param>
/// <param name="GradientScale">What gradients are multiplied with first.</param>
internal readonly record struct OptimizerStep(int Number, float LearningRate, float WeightDecay, float GradientScale)
{
    /// <summary>What values are multiplied with.</summary>
    public float Decay => 1 - (LearningRate * WeightDecay);
}
