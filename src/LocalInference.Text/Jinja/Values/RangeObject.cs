namespace LocalInference.Text.Jinja;

/// <summary>What <c>range</c> gives: numbers that are computed when they are asked for.</summary>
internal sealed class RangeObject(long start, long stop, long step, int count) : SequenceObject
{
    public override string TypeName => "range";

    public override int Count => count;

    public long Start => start;

    public long Stop => stop;

    public long Step => step;

    public override JinjaValue ItemAt(int index) => JinjaValue.FromInteger(start + (index * step));

    public override JinjaValue Slice(int start1, int count1, int step1) =>
        new(new RangeObject(start + (start1 * step), start + ((start1 + ((long)count1 * step1)) * step), step * step1, count1));
}
