namespace LocalInference.Text;

/// <summary>An element of a rule.</summary>
internal readonly record struct GbnfElement(GbnfElementKind Kind, int Value = 0)
{
    public bool EndsAlternative => Kind <= GbnfElementKind.Alternative;

    public bool IsToken => Kind >= GbnfElementKind.Token;
}
