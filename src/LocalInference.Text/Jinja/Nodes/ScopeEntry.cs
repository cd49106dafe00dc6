namespace LocalInference.Text.Jinja;

/// <summary>What the variables of a scope are set to when it is entered.</summary>
internal sealed class ScopeEntry((int Slot, VariablePlace? Source)[] variables)
{
    public static readonly ScopeEntry Empty = new([]);

    public void Enter(Frame frame)
    {
        foreach ((int slot, VariablePlace? source) in variables)
        {
            frame.Slots[slot] = source?.Read(frame) ?? default;
        }
    }
}
