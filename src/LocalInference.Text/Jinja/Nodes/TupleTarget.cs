namespace LocalInference.Text.Jinja;

/// <summary>Several targets, which the items of a value are unpacked to.</summary>
internal sealed class TupleTarget(int offset, AssignmentTarget[] targets) : AssignmentTarget(offset)
{
    public AssignmentTarget[] Targets => targets;

    public override void Assign(Frame frame, JinjaValue value)
    {
        frame.Context.At = Offset;
        ValueCursor cursor = new(value);
        JinjaValue[] items = new JinjaValue[targets.Length];
        for (int i = 0; i < items.Length; i++)
        {
            if (!cursor.MoveNext(out items[i]))
            {
                throw new JinjaFault($"not enough values to unpack (expected {items.Length}, got {i})");
            }
        }

        if (cursor.MoveNext(out _))
        {
            throw new JinjaFault($"too many values to unpack (expected {items.Length})");
        }

        for (int i = 0; i < items.Length; i++)
        {
            targets[i].Assign(frame, items[i]);
        }
    }
}
