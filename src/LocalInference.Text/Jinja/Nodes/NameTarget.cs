namespace LocalInference.Text.Jinja;

/// <summary>A variable of the frame that is being assigned in.</summary>
internal sealed class NameTarget(int offset, string name) : AssignmentTarget(offset)
{
    public string Name => name;

    public int Slot { get; private set; }

    public void Bind(int slot) => Slot = slot;

    public override void Assign(Frame frame, JinjaValue value) =>
        frame.Slots[Slot] = value.IsMissing ? UndefinedObject.OfName(name) : value;
}
