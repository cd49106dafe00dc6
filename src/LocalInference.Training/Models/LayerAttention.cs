namespace LocalInference.Training;

/// <summary>How a layer attends.</summary>
/// <param name="Rope">How positions are told.</param>
/// <param name="Scores">What becomes of scores.</param>
internal sealed record LayerAttention(RopeSettings Rope, ScoreSettings Scores);
