namespace LocalInference.Text.Jinja;

/// <summary>The names of <c>loop</c>'s members.</summary>
internal static class LoopMembers
{
    private static readonly Builtin s_cycle = new("cycle", static (RenderContext context, JinjaValue self, in CallArguments arguments) =>
        ((LoopState)self.Reference!).Cycle(arguments.Positional));

    private static readonly Builtin s_changed = new("changed", static (RenderContext context, JinjaValue self, in CallArguments arguments) =>
        ((LoopState)self.Reference!).Changed(arguments.Positional));

    public static LoopMember Find(string name) => name switch
    {
        "index" => LoopMember.Index,
        "index0" => LoopMember.Index0,
        "revindex" => LoopMember.RevIndex,
        "revindex0" => LoopMember.RevIndex0,
        "first" => LoopMember.First,
        "last" => LoopMember.Last,
        "length" => LoopMember.Length,
        "depth" => LoopMember.Depth,
        "depth0" => LoopMember.Depth0,
        "previtem" => LoopMember.PreviousItem,
        "nextitem" => LoopMember.NextItem,
        "cycle" => LoopMember.Cycle,
        "changed" => LoopMember.Changed,
        _ => LoopMember.None,
    };

    public static Builtin? FindMethod(LoopMember member) => member switch
    {
        LoopMember.Cycle => s_cycle,
        LoopMember.Changed => s_changed,
        _ => null,
    };
}
