namespace LocalInference.Training;

/// <summary>How well a model predicts texts. All figures are means over the tokens that count, each by its weight.</summary>
/// <param name="Name">The candidate's name.</param>
/// <param name="Loss">The negative log-likelihood of the next token, in nats.</param>
/// <param name="TokenAccuracy">How often the most probable token is the one that comes, from 0 to 1.</param>
/// <param name="Divergence">KL of the first candidate's probabilities and this one's, in nats per token; <see langword="null"/> for the first.</param>
/// <param name="Agreement">How often both hold the same token the most probable, from 0 to 1; <see langword="null"/> for the first.</param>
public sealed record ModelScore(string Name, double Loss, double TokenAccuracy, double? Divergence, double? Agreement)
{
    /// <summary>e to the loss: among how many equally probable tokens it hesitates.</summary>
    public double Perplexity => Math.Exp(Loss);
}
