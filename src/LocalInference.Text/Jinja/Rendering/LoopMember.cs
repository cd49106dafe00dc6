namespace LocalInference.Text.Jinja;

/// <summary>What a template can ask of <c>loop</c>. Those up to <see cref="Last"/> need no more than the place and the length.</summary>
internal enum LoopMember
{
    None,
    Index,
    Index0,
    RevIndex,
    RevIndex0,
    First,
    Length,
    Depth,
    Depth0,
    Last,
    PreviousItem,
    NextItem,
    Cycle,
    Changed,
}
