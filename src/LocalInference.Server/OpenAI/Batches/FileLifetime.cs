using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>How long a caller wants a file to be kept: <c>{anchor: "created_at", seconds}</c>.</summary>
internal static class FileLifetime
{
    // An hour to 30 days, as the interface has it.
    private const int LeastSeconds = 3600;
    private const int MostSeconds = 30 * 24 * 3600;

    /// <summary>Its seconds; <see langword="null"/>: as it is configured.</summary>
    public static long? Read(JsonFields? lifetime)
    {
        if (lifetime is not { } fields)
        {
            return null;
        }

        Check(fields.Path, fields.RequiredText("anchor"));
        return fields.Integer("seconds") is { } seconds and >= LeastSeconds and <= MostSeconds ? seconds : throw Wrong(fields.Path + "seconds");
    }

    /// <summary>The same from the fields of a form.</summary>
    public static long? Read(string? anchor, string? seconds)
    {
        const string Path = "expires_after.";
        if (anchor is null && seconds is null)
        {
            return null;
        }

        Check(Path, anchor ?? "");
        return int.TryParse(seconds, out int number) && number is >= LeastSeconds and <= MostSeconds ? number : throw Wrong(Path + "seconds");
    }

    private static void Check(string path, string anchor)
    {
        if (anchor != "created_at")
        {
            throw JsonFields.Wrong(path + "anchor", "created_at");
        }
    }

    private static RequestException Wrong(string path) => JsonFields.Wrong(path, $"a number from {LeastSeconds} to {MostSeconds}");
}
