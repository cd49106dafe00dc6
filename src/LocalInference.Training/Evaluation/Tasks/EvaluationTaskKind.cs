namespace LocalInference.Training;

/// <summary>How an answer is checked.</summary>
public enum EvaluationTaskKind
{
    /// <summary>It is a text, but for spaces around it.</summary>
    Exact,

    /// <summary>It matches a regular expression of .NET, somewhere.</summary>
    Pattern,

    /// <summary>It is JSON that keeps to a JSON schema.</summary>
    Schema,
}
