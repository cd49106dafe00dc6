using LocalInference.Gguf;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>Everything that one metadata pair can say wrongly: missing, of another type, at an edge, of another length.</summary>
internal static class MetadataEdits
{
    private static readonly float[] s_floats = [0, -1, 1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-38f, 1e38f, -0f];

    private static readonly string[] s_texts = ["", " ", "llama", "none", "yarn", "longrope", "\0", new('x', 5_000)];

    public static IEnumerable<ModelEdit> Of(ModelImage model)
    {
        foreach (KeyValuePair<string, GgufValue> pair in model.Metadata)
        {
            yield return new($"{pair.Key} dropped", image => image.With(metadata => metadata.Remove(pair.Key)));
            foreach (GgufValue value in Others(pair.Value))
            {
                yield return Set(pair.Key, value);
            }
        }
    }

    public static ModelEdit Set(string key, GgufValue value) =>
        new($"{key} = {value.Type} {Shorten(value.ToString())}", image => image.With(metadata => metadata.Set(key, value)));

    /// <summary>Values that a count could have: edges of the type, neighbours, and other types.</summary>
    public static IEnumerable<GgufValue> Counts(uint before)
    {
        uint[] others = [0, 1, 2, 3, 7, before + 1, before - 1, before * 2, before / 2, 511, 512, 513, 65_536, 1u << 20, 1u << 24, 1u << 30, int.MaxValue, 1u << 31, uint.MaxValue - 1, uint.MaxValue];
        foreach (uint other in others.Distinct().Where(other => other != before))
        {
            yield return GgufValue.From(other);
        }

        yield return GgufValue.From(-1);
        yield return GgufValue.From((int)before);
        yield return GgufValue.From((ulong)before);
        yield return GgufValue.From(long.MinValue);
        yield return GgufValue.From((float)before);
        yield return GgufValue.From(true);
        yield return GgufValue.From("1");
        foreach (GgufValue array in Arrays(before))
        {
            yield return array;
        }
    }

    private static IEnumerable<GgufValue> Arrays(uint before)
    {
        // One per layer is what several keys may be; the test models have two layers.
        foreach (uint[] elements in (uint[][])[[], [before], [before, before], [before, 0], [0, before], [before, before + 1], [before, uint.MaxValue], [before, before, before], [.. Enumerable.Repeat(before, 600)]])
        {
            yield return GgufValue.From(GgufArray.From<uint>(elements));
        }

        yield return GgufValue.From(GgufArray.From<int>([(int)before, -1]));
        yield return GgufValue.From(GgufArray.From<float>([before, before]));
        yield return GgufValue.From(GgufArray.From<bool>([true, false]));
    }

    private static IEnumerable<GgufValue> Others(GgufValue value)
    {
        switch (value.Type)
        {
            case GgufValueType.Float32:
                return [.. s_floats.Select(static other => GgufValue.From(other)), GgufValue.From(1u), GgufValue.From(1.0)];
            case GgufValueType.Boolean:
                value.TryGetBoolean(out bool before);
                return [GgufValue.From(!before), GgufValue.From(1u), GgufValue.From("true")];
            case GgufValueType.String:
                return [.. s_texts.Select(static other => GgufValue.From(other)), GgufValue.From(0u), GgufValue.FromUtf8(new byte[] { 0xFF, 0xC0, 0x80 })];
            case GgufValueType.Array:
                return ArrayEdits.Others(value.AsArray());
            default:
                value.TryGetUInt64(out ulong number);
                return Counts((uint)number);
        }
    }

    private static string Shorten(string text) => text.Length > 60 ? $"{text[..60]}…" : text;
}
