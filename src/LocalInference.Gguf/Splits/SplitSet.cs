using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <summary>Finds and opens the parts of a model, and checks that they belong together.</summary>
internal static class SplitSet
{
    public static ImmutableArray<GgufPart> Open(string path)
    {
        List<GgufPart> parts = [];
        try
        {
            GgufPart given = GgufPart.Open(path, index: 0);
            parts.Add(given);
            int count = ReadNumber(given, GgufSplit.CountKey) ?? 1;
            if (count > 1)
            {
                int number = ReadNumber(given, GgufSplit.NumberKey) ?? throw Missing(given, GgufSplit.NumberKey);
                string prefix = Prefix(given, number, count);
                if (number != 0)
                {
                    given.Dispose();
                    parts[0] = OpenPart(path, prefix, 0, count);
                }

                for (int i = 1; i < count; i++)
                {
                    parts.Add(OpenPart(path, prefix, i, count));
                }

                CheckTensorCount(parts);
            }

            return [.. parts];
        }
        catch
        {
            foreach (GgufPart part in parts)
            {
                part.Dispose();
            }

            throw;
        }
    }

    private static string Prefix(GgufPart part, int number, int count)
    {
        if (GgufSplit.TryParsePartPath(part.Path, out string prefix, out int namedNumber, out int namedCount)
            && namedNumber == number && namedCount == count)
        {
            return prefix;
        }

        string expected = number < count ? GgufSplit.PartPath("NAME", number, count) : "a number below the count";
        throw new GgufException(
            GgufError.Of($"The file is part {number + 1} of {count} and its name does not say so", Path.GetFileName(part.Path), expected, $"Rename the parts as {GgufSplit.PartPath("NAME", 0, count)} and so on."),
            part.Path);
    }

    private static GgufPart OpenPart(string givenPath, string prefix, int number, int count)
    {
        string path = GgufSplit.PartPath(prefix, number, count);
        GgufPart part;
        try
        {
            part = GgufPart.Open(path, number);
        }
        catch (FileNotFoundException e)
        {
            throw new GgufException(
                GgufError.Of($"Part {number + 1} of {count} of the model is missing: '{path}'", path, nextStep: "Download all parts into the same folder."),
                givenPath,
                innerException: e);
        }

        try
        {
            CheckKey(part, GgufSplit.NumberKey, number);
            CheckKey(part, GgufSplit.CountKey, count);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    private static void CheckKey(GgufPart part, string key, int expected)
    {
        int found = ReadNumber(part, key) ?? throw Missing(part, key);
        if (found != expected)
        {
            throw new GgufException(GgufError.Of($"{key} is {found} where {expected} is expected: the parts are of different models", found, expected), part.Path);
        }
    }

    private static void CheckTensorCount(List<GgufPart> parts)
    {
        long found = parts.Sum(static part => (long)part.Tensors.Length);
        if (parts[0].Metadata.TryGetInt64(GgufSplit.TensorsKey, out long expected) && expected != found)
        {
            throw new GgufException(GgufError.Of($"The parts hold {found} tensors and the first promises {expected}", found, expected), parts[0].Path);
        }
    }

    /// <summary>llama.cpp v0.5.0 reads these keys as UInt16 and ends the process over another type in a later part.</summary>
    private static int? ReadNumber(GgufPart part, string key)
    {
        if (!part.Metadata.TryGetValue(key, out GgufValue value))
        {
            return null;
        }

        return value.Type == GgufValueType.UInt16 && value.TryGetInt64(out long number)
            ? (int)number
            : throw new GgufException(GgufError.Of($"{key} is of type {value.Type}", value.Type, GgufValueType.UInt16), part.Path);
    }

    private static GgufException Missing(GgufPart part, string key) =>
        new(GgufError.Of($"The part lacks the key {key}", key), part.Path);
}
