using LocalInference.TestModels;

namespace LocalInference.Gguf.Tests;

/// <summary>A test on the trained model, which only some machines have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StoriesFactAttribute : FactAttribute
{
    public StoriesFactAttribute()
    {
        if (TrainedModel.Path is null)
        {
            Skip = TrainedModel.HowToGet;
        }
    }
}
