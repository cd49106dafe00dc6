namespace LocalInference.Text;

/// <summary>Reads a class in square brackets.</summary>
internal readonly struct RegexClassParser(RegexParser source)
{
    public CodePointSet Parse()
    {
        int start = source.Position;
        source.Skip('[');
        bool negated = source.Skip('^');
        var ranges = new List<(int, int)>();
        while (!source.Skip(']'))
        {
            if (source.IsAtEnd)
            {
                throw source.Invalid("this class is not closed", start);
            }

            int position = source.Position;
            CodePointSet first = ReadMember();
            if (source.Peek() != '-' || source.Peek(1) is ']' or '\0')
            {
                ranges.AddRange(first.Ranges);
                continue;
            }

            source.Skip('-');
            CodePointSet last = ReadMember();
            if (first.Single is not { } from || last.Single is not { } to)
            {
                throw source.Invalid("a range goes from one character to another", position);
            }

            ranges.Add(from <= to ? (from, to) : throw source.Invalid("this range ends before it begins", position));
        }

        CodePointSet set = CodePointSet.Of(ranges);
        
        // Negated twice, a range that spans the surrogates no longer holds them.
        return negated ? set.Negate() : set.Negate().Negate();
    }

    private CodePointSet ReadMember()
    {
        if (source.Peek() == '\\')
        {
            return source.ReadEscape(inClass: true);
        }

        int c = source.ReadCodePoint();
        return CodePointSet.Of((c, c));
    }
}
