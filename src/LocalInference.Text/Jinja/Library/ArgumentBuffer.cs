using System.Runtime.CompilerServices;

namespace LocalInference.Text.Jinja;

/// <summary>Room for the arguments of nearly every call, on the stack.</summary>
[InlineArray(Capacity)]
internal struct ArgumentBuffer
{
    public const int Capacity = 6;

    private JinjaValue _first;
}
