namespace LocalInference.Training;

/// <summary>Which tokens of a sample are learned.</summary>
public enum DatasetLoss
{
    /// <summary>What an assistant wrote, with the token that ends its turn; of prompt and completion, the completion; of plain text, all.</summary>
    Answers,

    /// <summary>Every token.</summary>
    Everything,
}
