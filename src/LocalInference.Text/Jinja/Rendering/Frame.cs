namespace LocalInference.Text.Jinja;

/// <summary>The variables of one call: of the template itself, a macro, a call block or a recursive loop.</summary>
internal sealed class Frame(RenderContext context)
{
    public RenderContext Context { get; } = context;

    public JinjaValue[] Slots { get; private set; } = [];

    /// <summary>The frame of what encloses it in the source.</summary>
    public Frame? Parent { get; private set; }

    public void Enter(int slotCount, Frame? parent)
    {
        if (Slots.Length < slotCount)
        {
            Slots = new JinjaValue[slotCount];
        }

        Parent = parent;
    }

    public void Leave()
    {
        Array.Clear(Slots);
        Parent = null;
    }

    public Frame Outer(int levels)
    {
        Frame frame = this;
        for (; levels > 0; levels--)
        {
            frame = frame.Parent!;
        }

        return frame;
    }
}
