namespace LocalInference.Text;

/// <summary>What becomes of a model's thinking.</summary>
public enum ReasoningFormat
{
    /// <summary>It is reported apart from the content.</summary>
    Separate,

    /// <summary>It stays in the content, with its markers.</summary>
    InContent,
}
