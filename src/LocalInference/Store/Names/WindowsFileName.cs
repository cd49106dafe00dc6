namespace LocalInference;

/// <summary>
/// What Windows would take for something else than the file of that name: devices, streams, and names whose last dot it drops
/// ("Naming Files, Paths, and Namespaces" in Microsoft's documentation).
/// </summary>
internal static class WindowsFileName
{
    public static bool IsMisread(string name)
    {
        string stem = name.Split('.')[0];
        bool isNumbered = stem.Length == 4 && stem[3] is >= '1' and <= '9' && (Is(stem[..3], "COM") || Is(stem[..3], "LPT"));
        return isNumbered || Is(stem, "CON") || Is(stem, "PRN") || Is(stem, "AUX") || Is(stem, "NUL") || name.Contains(':', StringComparison.Ordinal) || name.EndsWith('.');
    }

    private static bool Is(string name, string device) => name.Equals(device, StringComparison.OrdinalIgnoreCase);
}
