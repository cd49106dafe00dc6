using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace LocalInference.Abstractions;

/// <summary>The version of Ollama that a model asks for (<c>REQUIRES</c>): its number stands for what templates and parsers must know.</summary>
internal static partial class RequiredVersion
{
    // What this program was compared with.
    private static readonly Version s_supported = new(0, 33, 0);

    /// <summary>Reads a semantic version; a leading <c>v</c>, and numbers left out at the end, are allowed. What is behind a hyphen or a plus does not count.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Version? version)
    {
        version = null;
        Match match = Pattern().Match(text);
        if (!match.Success || !TryNumber(match.Groups["major"], out int major) || !TryNumber(match.Groups["minor"], out int minor) || !TryNumber(match.Groups["patch"], out int patch))
        {
            return false;
        }

        version = new Version(major, minor, patch);
        return true;
    }

    /// <exception cref="StoreException">It asks for more than there is.</exception>
    public static void Check(string model, string? version)
    {
        if (!string.IsNullOrEmpty(version) && (!TryParse(version, out Version? parsed) || parsed > s_supported))
        {
            throw ExceptionFactory.ModelRequires(model, version, s_supported.ToString());
        }
    }

    private static bool TryNumber(Group group, out int number)
    {
        number = 0;
        return !group.Success || int.TryParse(group.ValueSpan, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
    }

    [GeneratedRegex(@"^v?(?<major>\d+)(\.(?<minor>\d+)(\.(?<patch>\d+)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
