using LocalInference.TestModels;

namespace LocalInference.Training.Tests;

/// <summary>A test on the trained model, which only some machines have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TrainedModelFactAttribute : FactAttribute
{
    public TrainedModelFactAttribute()
    {
        if (TrainedModel.Path is null)
        {
            Skip = TrainedModel.HowToGet;
        }
    }
}
