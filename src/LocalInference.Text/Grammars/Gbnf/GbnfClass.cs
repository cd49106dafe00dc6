namespace LocalInference.Text;

/// <summary>A character class: ranges of code points, both ends included.</summary>
internal sealed record GbnfClass(bool Negated, (int First, int Last)[] Ranges)
{
    public bool Contains(int codePoint)
    {
        foreach ((int first, int last) in Ranges)
        {
            if (codePoint >= first && codePoint <= last)
            {
                return !Negated;
            }
        }

        return Negated;
    }
}
