namespace LocalInference.Guide;

/// <summary>A message of a sample.</summary>
/// <param name="Role">Who says it.</param>
/// <param name="Content">What is said; of a call nothing.</param>
/// <param name="Pulls">The model that the assistant calls the tool for, or <see langword="null"/>.</param>
internal sealed record GuideMessage(string Role, string Content, string? Pulls = null)
{
    public static GuideMessage User(string content) => new("user", content);

    public static GuideMessage Answer(string content) => new("assistant", content);

    public static GuideMessage Call(string model) => new("assistant", "", model);

    public static GuideMessage Result(string content) => new("tool", content);
}
