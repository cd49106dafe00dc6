using System.Text.Json;

namespace LocalInference.Text;

/// <summary>What several schemas ask of one value together, and not about what is inside objects and arrays.</summary>
internal sealed class ValueConstraint
{
    /// <param name="parts">The schemas; none: anything goes.</param>
    public ValueConstraint(IReadOnlyList<SchemaKeywords> parts)
    {
        Parts = parts;
        JsonTypes implied = JsonTypes.None;
        foreach (SchemaKeywords part in parts)
        {
            Stated &= (part.Types ?? JsonTypes.All) | (part.Nullable ? JsonTypes.Null : JsonTypes.None);
            HasStated |= part.Types is not null;
            implied |= part.Implied;
            Bounds = Bounds.And(part.Bounds);
            MinLength = Math.Max(MinLength, part.MinLength);
            MaxLength = Least(MaxLength, part.MaxLength);
            MinItems = Math.Max(MinItems, part.MinItems);
            MaxItems = Least(MaxItems, part.MaxItems);
            if (part.Values is not null)
            {
                Values = Values is null ? part.Values : JsonValues.Intersect(Values, part.Values);
            }
        }

        Emitted = HasStated || Values is not null ? Stated : Stated & Guess(implied, parts);
    }

    public IReadOnlyList<SchemaKeywords> Parts { get; }

    /// <summary>The types that are valid.</summary>
    public JsonTypes Stated { get; } = JsonTypes.All;

    /// <summary>The types that the grammar writes: those that are stated or, without any, the one that the keywords speak of.</summary>
    public JsonTypes Emitted { get; }

    /// <summary>The values that are valid; <see langword="null"/>: not listed.</summary>
    public List<JsonElement>? Values { get; }

    public NumberBounds Bounds { get; } = NumberBounds.None;

    public int MinLength { get; }

    public int? MaxLength { get; }

    public int MinItems { get; }

    public int? MaxItems { get; }

    private bool HasStated { get; }

    /// <summary>
    /// Whether a listed value meets what is said about types, numbers and lengths. Patterns, formats and contents of objects and
    /// arrays beside a list of values are checked by nobody here.
    /// </summary>
    public bool Allows(JsonElement value)
    {
        JsonTypes type = JsonValues.TypeOf(value);
        if ((Stated & type) == JsonTypes.None)
        {
            return false;
        }

        return type switch
        {
            JsonTypes.Integer or JsonTypes.Fraction => SchemaNumber.Read(value) is var number && Bounds.Contains(number.Value),
            JsonTypes.String => value.GetString()!.EnumerateRunes().Count() is var length && length >= MinLength && (MaxLength is not { } most || length <= most),
            JsonTypes.Array => value.GetArrayLength() >= MinItems && (MaxItems is not { } most || value.GetArrayLength() <= most),
            _ => true,
        };
    }

    /// <summary>Whether no value of this one's grammar is valid under the other.</summary>
    public bool IsDisjointFrom(ValueConstraint other)
    {
        if (Values is not null && other.Values is not null)
        {
            return !JsonValues.Overlap(Values, other.Values);
        }

        if (Values is not null)
        {
            return !Values.Exists(other.Allows);
        }

        return (Emitted & other.Stated) == JsonTypes.None || (other.Values is not null && !other.Values.Exists(Allows));
    }

    private static int? Least(int? one, int? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);

    // In llama.cpp's order.
    private static JsonTypes Guess(JsonTypes implied, IReadOnlyList<SchemaKeywords> parts)
    {
        JsonTypes nullable = parts.Any(p => p.Nullable) ? JsonTypes.Null : JsonTypes.None;
        foreach (JsonTypes type in new[] { JsonTypes.Object, JsonTypes.Array, JsonTypes.String, JsonTypes.Number })
        {
            if ((implied & type) != JsonTypes.None)
            {
                return type | nullable;
            }
        }

        return JsonTypes.All;
    }
}
