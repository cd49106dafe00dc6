namespace LocalInference.Training;

/// <summary>How the learning rate goes on after the warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Along half a cosine down to 0.</summary>
    Cosine,

    /// <summary>In a straight line down to 0.</summary>
    Linear,

    /// <summary>It stays.</summary>
    Constant,
}
