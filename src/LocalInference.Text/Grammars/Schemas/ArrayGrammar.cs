namespace LocalInference.Text;

/// <summary>Writes the arrays that some schemas allow together.</summary>
internal sealed class ArrayGrammar(SchemaCompiler compiler, ValueConstraint constraint)
{
    private const string Comma = "\",\" space";

    private GrammarBuilder Builder => compiler.Builder;

    /// <summary>The body of a rule; <see langword="null"/>: no array is valid.</summary>
    public string? Write(string name)
    {
        int minimum = constraint.MinItems;
        int maximum = constraint.MaxItems ?? int.MaxValue;
        CheckCount(minimum);
        if (compiler.Strict && constraint.MaxItems is { } most)
        {
            CheckCount(most);
        }

        if (minimum > maximum)
        {
            return null;
        }

        string itemName = name == "root" ? "" : name + "-";
        int prefix = constraint.Parts.Max(p => p.PrefixItems?.Count ?? 0);
        var items = new List<string>();
        for (int i = 0; i < prefix && items.Count < maximum; i++)
        {
            if (compiler.CompileInner(At(i), FormattableString.Invariant($"{itemName}tuple-{i}")) is not { } item)
            {
                maximum = i;
                break;
            }

            items.Add(item);
        }

        // A tuple has nothing behind its items, unless that is asked for.
        bool closed = prefix > 0 && minimum <= prefix && constraint.Parts.All(p => p.Items is null);
        string? rest = closed || items.Count >= maximum ? null : compiler.CompileInner(At(int.MaxValue), itemName + "item");
        if (rest is null)
        {
            maximum = Math.Min(maximum, items.Count);
        }

        return minimum > maximum ? null : Write(items, rest, minimum, maximum);
    }

    private string Write(List<string> items, string? rest, int minimum, int maximum)
    {
        Builder.AddJson(JsonRules.Space);
        string body = string.Join($" {Comma} ", items);
        if (rest is not null)
        {
            int? most = maximum > GrammarRepetition.Largest ? null : maximum - items.Count;
            body = items.Count > 0
                ? $"{body} {Builder.Repeat($"({Comma} {rest})", Math.Max(0, minimum - items.Count), most)}"
                : List(rest, minimum, most);
        }

        return $"\"[\" space {body} space \"]\"";
    }

    // The commas stand between: the first item is apart from the others.
    private string List(string item, int minimum, int? maximum)
    {
        string more = maximum == 1 ? "" : " " + Builder.Repeat($"({Comma} {item})", Math.Max(0, minimum - 1), maximum - 1);
        return minimum > 0 ? $"{item}{more}" : $"({item}{more})?";
    }

    private List<SchemaNode> At(int index)
    {
        var schemas = new List<SchemaNode>();
        foreach (SchemaKeywords part in constraint.Parts)
        {
            if (part.PrefixItems is { } prefix && index < prefix.Count)
            {
                schemas.Add(prefix[index]);
            }
            else if (part.Items is { } items)
            {
                schemas.Add(items);
            }
        }

        return schemas;
    }

    private void CheckCount(int count)
    {
        if (count > GrammarRepetition.Largest)
        {
            throw new GrammarException($"An array can have {GrammarRepetition.Largest} items at most.", constraint.Parts[0].Node.Pointer);
        }
    }
}
