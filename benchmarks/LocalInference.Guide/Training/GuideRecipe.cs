using System.Text.Json;
using System.Text.Json.Serialization;
using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary><c>models/guide/recipe.json</c>: all that decides which guide comes out, and digests of what it made.</summary>
/// <param name="Seed">Decides everything that is left to chance.</param>
/// <param name="Members">How many models are trained, each by a seed of its own, and joined into the guide.</param>
/// <param name="Passes">How often the corpus is gone through, each time with other variations.</param>
/// <param name="Mix">What a pass holds.</param>
/// <param name="Vocabulary">The vocabulary.</param>
/// <param name="Shape">The model.</param>
/// <param name="Training">How it learns.</param>
/// <param name="Type">The type that the finished model is stored in.</param>
/// <param name="Digests">What the corpus and this recipe made when the guide beside it was trained.</param>
internal sealed record GuideRecipe(
    ulong Seed,
    int Members,
    int Passes,
    GuideMix Mix,
    GuideRecipe.VocabularyRecipe Vocabulary,
    NewModelShape Shape,
    GuideRecipe.TrainingRecipe Training,
    QuantizationType Type,
    GuideDigests Digests)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>Reads it.</summary>
    /// <exception cref="JsonException">It is not as it must be.</exception>
    /// <exception cref="IOException">It is not there.</exception>
    public static GuideRecipe Read(string folder) => JsonSerializer.Deserialize<GuideRecipe>(File.ReadAllText(PathIn(folder)), s_json)!;

    /// <summary>The recipe of one member: all members have one vocabulary, and nothing else that is left to chance in common.</summary>
    /// <param name="index">From 0.</param>
    public GuideRecipe OfMember(int index) => this with { Seed = Seed + (ulong)index };

    public void Write(string folder) => File.WriteAllText(PathIn(folder), JsonSerializer.Serialize(this, s_json).ReplaceLineEndings("\n") + "\n");

    private static string PathIn(string folder) => Path.Combine(folder, "recipe.json");

    internal sealed record VocabularyRecipe(int Size, string Separate);

    /// <param name="BatchSize">Samples of a batch.</param>
    /// <param name="Accumulate">Batches of a step.</param>
    /// <param name="Optimizer">What moves the weights.</param>
    /// <param name="LearningRate">The highest.</param>
    /// <param name="Warmup">The share of steps until then.</param>
    /// <param name="WeightDecay">As the optimizer has it.</param>
    /// <param name="MaxLength">Most tokens of a sample.</param>
    /// <param name="Dropout">How likely an element of what a layer adds is dropped.</param>
    /// <param name="WordWeight">What the words of an answer weigh; its mark weighs 1.</param>
    /// <param name="SplitOneIn">One token of a question in so many is spelled by its two parts, and those again.</param>
    /// <param name="CheckpointInterval">Steps from one checkpoint to the next.</param>
    internal sealed record TrainingRecipe(int BatchSize, int Accumulate, OptimizerKind Optimizer, float LearningRate, float Warmup, float WeightDecay, int MaxLength, float Dropout, float WordWeight, int SplitOneIn, int CheckpointInterval);
}
