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

    /// <summary>Whether it contains any of some characters in a row.</summary>
    public bool Meets(int low, int high)
    {
        if (!Negated)
        {
            foreach ((int first, int last) in Ranges)
            {
                if (first <= high && last >= low)
                {
                    return true;
                }
            }

            return false;
        }

        int free = low;
        int before;
        do
        {
            before = free;
            foreach ((int first, int last) in Ranges)
            {
                free = free >= first && free <= last ? last + 1 : free;
            }
        }
        while (free != before && free <= high);
        return free <= high;
    }
}
