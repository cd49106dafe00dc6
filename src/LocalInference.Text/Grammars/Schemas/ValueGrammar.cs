using System.Text.Json;

namespace LocalInference.Text;

/// <summary>Writes the values that some schemas allow together.</summary>
internal sealed class ValueGrammar(SchemaCompiler compiler, ValueConstraint constraint)
{
    private GrammarBuilder Builder => compiler.Builder;

    /// <summary>The alternatives; <see langword="null"/>: there are none.</summary>
    public string? Write(string name)
    {
        if (constraint.Values is not null)
        {
            return WriteValues(constraint.Values);
        }

        if (constraint is { Emitted: JsonTypes.All, Parts: [] } || (constraint.Emitted == JsonTypes.All && constraint.Parts.All(p => p.Implied == JsonTypes.None)))
        {
            return Builder.AddJson(JsonRules.Value);
        }

        string[] ways = [.. Types(name).OfType<string>()];
        return ways.Length == 0 ? null : string.Join(" | ", ways);
    }

    private IEnumerable<string?> Types(string name)
    {
        if (Has(JsonTypes.Object))
        {
            yield return new ObjectGrammar(compiler, constraint.Parts).Write(name);
        }

        if (Has(JsonTypes.Array))
        {
            yield return new ArrayGrammar(compiler, constraint).Write(name);
        }

        if (Has(JsonTypes.String))
        {
            yield return new StringGrammar(compiler, constraint).Write(name);
        }

        if (Has(JsonTypes.Fraction) && !constraint.Bounds.WholeOnly)
        {
            yield return constraint.Bounds.IsOpen ? Builder.AddJson(JsonRules.Number) : NumberGrammar.Numbers(constraint.Bounds);
        }
        else if (Has(JsonTypes.Integer))
        {
            yield return constraint.Bounds.IsOpen ? Builder.AddJson(JsonRules.Integer) : NumberGrammar.Integers(constraint.Bounds);
        }

        if (Has(JsonTypes.Boolean))
        {
            yield return Builder.AddJson(JsonRules.Boolean);
        }

        if (Has(JsonTypes.Null))
        {
            yield return Builder.AddJson(JsonRules.Null);
        }
    }

    private bool Has(JsonTypes type) => (constraint.Emitted & type) != JsonTypes.None;

    private string? WriteValues(List<JsonElement> values)
    {
        string pointer = constraint.Parts.First(p => p.Values is not null).Node.Pointer;
        if (compiler.Strict && constraint.Parts.FirstOrDefault(p => p.Pattern is not null || p.Format is not null || p.IsStructural) is { } other
            && values.Exists(v => v.ValueKind is JsonValueKind.String or JsonValueKind.Array or JsonValueKind.Object))
        {
            throw new GrammarException("Values cannot be listed beside pattern, format or what is inside objects and arrays in strict reading. Leave out the values that those refuse, then those keywords.", other.Node.Pointer);
        }

        string[] literals = [.. values
            .Where(constraint.Allows)
            .Select(v => GrammarBuilder.Literal(JsonValues.Write(v, pointer)))
            .Distinct(StringComparer.Ordinal)];
        return literals.Length == 0 ? null : string.Join(" | ", literals);
    }
}
