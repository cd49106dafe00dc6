using System.Globalization;

namespace LocalInference.LoadTest.Charts;

/// <summary>Where values lie on an axis, and where its ticks are.</summary>
internal sealed class AxisScale
{
    private const int LinearTicks = 6;

    private readonly double _from;
    private readonly double _to;
    private readonly double _start;
    private readonly double _length;
    private readonly bool _logarithmic;

    /// <param name="low">The lowest value; above 0 on a logarithmic axis.</param>
    /// <param name="high">The highest value.</param>
    /// <param name="start">Where the lowest lies, in pixels.</param>
    /// <param name="end">Where the highest lies, in pixels; before <paramref name="start"/> on an axis that points upwards.</param>
    /// <param name="logarithmic">Whether equal ratios are equally far apart.</param>
    public AxisScale(double low, double high, double start, double end, bool logarithmic)
    {
        _logarithmic = logarithmic;
        _from = logarithmic ? Math.Floor(Math.Log10(low)) : low;
        _to = logarithmic ? Math.Max(Math.Ceiling(Math.Log10(high)), _from + 1) : Math.Max(high, low + 1e-9);
        _start = start;
        _length = end - start;
    }

    /// <summary>The pixel of a value; values outside lie on the ends.</summary>
    public double this[double value]
    {
        get
        {
            double place = _logarithmic ? Math.Log10(Math.Max(value, double.Epsilon)) : value;
            return _start + (Math.Clamp((place - _from) / (_to - _from), 0, 1) * _length);
        }
    }

    /// <summary>Round values along the axis: powers of ten, or steps of 1, 2 or 5 times one.</summary>
    public IEnumerable<double> Ticks()
    {
        if (_logarithmic)
        {
            for (double power = _from; power <= _to; power++)
            {
                yield return Math.Pow(10, power);
            }

            yield break;
        }

        double step = Step((_to - _from) / LinearTicks);
        for (double tick = Math.Ceiling(_from / step); tick * step <= _to + (step / 1e6); tick++)
        {
            yield return tick * step;
        }
    }

    /// <summary>A tick's label.</summary>
    public static string Label(double value) => (value == 0 ? 0 : value).ToString(Math.Abs(value) < 10 ? "0.#####" : "#,0", CultureInfo.InvariantCulture);

    // The smallest round step that is not below.
    private static double Step(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        double share = least / power;
        return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }
}
