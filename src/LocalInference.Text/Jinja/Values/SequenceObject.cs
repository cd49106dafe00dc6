namespace LocalInference.Text.Jinja;

/// <summary>Something with a length and items in order.</summary>
internal abstract class SequenceObject() : JinjaObject(JinjaValueKind.List)
{
    public abstract int Count { get; }

    /// <summary>Whether items can be had by their place: not so for the views of a map.</summary>
    public virtual bool IsIndexable => true;

    public bool IsTuple => this is TupleObject;

    public abstract JinjaValue ItemAt(int index);

    /// <summary>A part of it, by Python's rules for slices, already reduced to start, count and step.</summary>
    public virtual JinjaValue Slice(int start, int count, int step)
    {
        JinjaValue[] items = new JinjaValue[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = ItemAt(start + (i * step));
        }

        return Make(items);
    }

    protected virtual JinjaValue Make(JinjaValue[] items) => new(new ListObject(items));
}
