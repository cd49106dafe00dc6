namespace LocalInference.Text;

/// <summary>Writes the strings that some schemas allow together.</summary>
internal sealed class StringGrammar(SchemaCompiler compiler, ValueConstraint constraint)
{
    private GrammarBuilder Builder => compiler.Builder;

    public string? Write(string name)
    {
        SchemaKeywords[] patterns = [.. constraint.Parts.Where(p => p.Pattern is not null).DistinctBy(p => p.Pattern, StringComparer.Ordinal)];
        SchemaKeywords[] formats = [.. constraint.Parts.Where(p => p.Format is not null).DistinctBy(p => p.Format, StringComparer.Ordinal)];
        bool bounded = constraint.MinLength > 0 || constraint.MaxLength is not null;
        int rules = patterns.Length + formats.Length + (bounded ? 1 : 0);
        if (compiler.Strict && rules > 1)
        {
            throw new GrammarException("pattern, format and length cannot be combined for one string in strict reading.", patterns.Concat(formats).First().Node.Pointer);
        }

        if (patterns.Length > 0 && WritePattern(patterns[0], name) is { } pattern)
        {
            return pattern;
        }

        if (formats.Length > 0)
        {
            return $"\"\\\"\" {StringFormats.AddTo(Builder, formats[0].Format!)} \"\\\"\"";
        }

        if (!bounded)
        {
            return Builder.AddJson(JsonRules.String);
        }

        return constraint.MinLength <= (constraint.MaxLength ?? int.MaxValue) ? WriteBounded() : null;
    }

    private string WriteBounded()
    {
        CheckLength(constraint.MinLength, "minLength");
        if (compiler.Strict)
        {
            CheckLength(constraint.MaxLength ?? 0, "maxLength");
        }

        return $"\"\\\"\" {Builder.Repeat(Builder.AddJson(JsonRules.Character), constraint.MinLength, constraint.MaxLength)} \"\\\"\"";
    }

    private void CheckLength(int length, string keyword)
    {
        if (length > GrammarRepetition.Largest)
        {
            throw new GrammarException($"{keyword} can be {GrammarRepetition.Largest} at most.", constraint.Parts[0].Node.Pointer);
        }
    }

    // null: a pattern that no grammar can say, in lenient reading.
    private string? WritePattern(SchemaKeywords keywords, string name)
    {
        try
        {
            List<RegexAlternative> alternatives = new RegexParser(keywords.Pattern!).Parse();
            if (alternatives[0].AnchoredAtStart && alternatives[^1].AnchoredAtEnd)
            {
                // ^a|b$ says "begins with a, or ends with b". Whoever writes it means ^(a|b)$, which is a part of that.
                alternatives = [.. alternatives.Select(a => new RegexAlternative(a.Node, true, true))];
            }

            string body = new RegexWriter(Builder, JsonStringAlphabet.Instance, name).WriteSearch(alternatives, Builder.AddJson(JsonRules.Character));
            return $"\"\\\"\" ({body}) \"\\\"\"";
        }
        catch (RegexSyntaxException e) when (compiler.Strict || !e.Unsupported)
        {
            throw new GrammarException(FormattableString.Invariant($"The pattern cannot become a grammar: {e.Message}, column {e.Column}."), keywords.Node.Pointer + "/pattern", e);
        }
        catch (RegexSyntaxException)
        {
            return null;
        }
    }
}
