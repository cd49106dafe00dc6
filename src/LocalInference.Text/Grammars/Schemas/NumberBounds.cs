namespace LocalInference.Text;

/// <summary>Between which numbers a number has to be.</summary>
/// <param name="Minimum">The lower bound; <see langword="null"/>: none.</param>
/// <param name="MinimumExcluded">Whether the bound itself is too low.</param>
/// <param name="Maximum">The upper bound; <see langword="null"/>: none.</param>
/// <param name="MaximumExcluded">Whether the bound itself is too high.</param>
/// <param name="WholeOnly">Whether only whole numbers count, as <c>multipleOf: 1</c> says.</param>
internal readonly record struct NumberBounds(decimal? Minimum, bool MinimumExcluded, decimal? Maximum, bool MaximumExcluded, bool WholeOnly)
{
    public static NumberBounds None => default;

    public static NumberBounds Whole => new(null, false, null, false, true);

    public bool IsOpen => Minimum is null && Maximum is null;

    // A bound that was cut is narrowed, not widened: nothing beyond it is allowed either way.
    public static NumberBounds AtLeast(SchemaNumber number, bool exclusive) => new(number.Value, exclusive || !number.IsExact, null, false, false);

    public static NumberBounds AtMost(SchemaNumber number, bool exclusive) => new(null, false, number.Value, exclusive || !number.IsExact, false);

    public NumberBounds And(NumberBounds other)
    {
        (decimal? minimum, bool minimumExcluded) = Tighter(Minimum, MinimumExcluded, other.Minimum, other.MinimumExcluded, sign: 1);
        (decimal? maximum, bool maximumExcluded) = Tighter(Maximum, MaximumExcluded, other.Maximum, other.MaximumExcluded, sign: -1);
        return new(minimum, minimumExcluded, maximum, maximumExcluded, WholeOnly || other.WholeOnly);
    }

    public bool Contains(decimal value) =>
        (Minimum is not { } minimum || value > minimum || (value == minimum && !MinimumExcluded))
        && (Maximum is not { } maximum || value < maximum || (value == maximum && !MaximumExcluded))
        && (!WholeOnly || value == decimal.Truncate(value));

    private static (decimal?, bool) Tighter(decimal? a, bool aExcluded, decimal? b, bool bExcluded, int sign)
    {
        if (a is null || b is null)
        {
            return a is null ? (b, bExcluded) : (a, aExcluded);
        }

        int order = decimal.Compare(a.Value, b.Value) * sign;
        return order == 0 ? (a, aExcluded || bExcluded) : order > 0 ? (a, aExcluded) : (b, bExcluded);
    }
}
