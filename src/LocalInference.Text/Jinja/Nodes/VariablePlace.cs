namespace LocalInference.Text.Jinja;

/// <summary>Where a variable lives.</summary>
/// <param name="Level">How many frames outwards; -1: among the names looked up outside the template.</param>
/// <param name="Slot">Which of the frame's slots, or of those names.</param>
internal readonly record struct VariablePlace(int Level, int Slot)
{
    public JinjaValue Read(Frame frame) =>
        Level == 0 ? frame.Slots[Slot]
        : Level < 0 ? frame.Context.Globals[Slot]
        : frame.Outer(Level).Slots[Slot];
}
