namespace LocalInference.Training;

/// <summary>Adds up what <see cref="ModelScore"/> says.</summary>
internal sealed class ScoreSum
{
    private double _weight;
    private double _loss;
    private double _right;
    private double _divergence;
    private double _agreed;

    /// <summary>Counts a target.</summary>
    /// <param name="row">What the model says.</param>
    /// <param name="reference">What the model says that it is compared with.</param>
    /// <param name="target">The token that comes.</param>
    /// <param name="weight">How much it counts.</param>
    public void Add(LogitRow row, LogitRow reference, int target, float weight)
    {
        _weight += weight;
        _loss += weight * row.NegativeLogLikelihood(target);
        _right += row.Best == target ? weight : 0;
        if (!ReferenceEquals(row, reference))
        {
            _divergence += weight * reference.DivergenceFrom(row);
            _agreed += row.Best == reference.Best ? weight : 0;
        }
    }

    public ModelScore ToScore(string name, bool isReference) => new(
        name,
        _loss / _weight,
        _right / _weight,
        isReference ? null : Math.Max(0, _divergence / _weight),
        isReference ? null : _agreed / _weight);
}
