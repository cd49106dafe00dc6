using System.Globalization;

namespace LocalInference.Native;

/// <summary>
/// Remembers what probes found, one small text file per identity: the identity, until when the verdict is believed (Unix
/// seconds), and the fault or nothing. A missing, broken or unwritable cache only costs another probe. Plain text instead of
/// JSON, and FNV-1a instead of a cryptographic hash, because this runs at every start and their first use costs milliseconds;
/// the identity itself is compared, so a collision costs a probe as well.
/// </summary>
/// <param name="folder">Where the files lie, or <see langword="null"/> when this user has no place for them.</param>
internal sealed class VerdictCache(string? folder)
{
    /// <summary>The lifetime of a verdict that only a change of the library or the machine ends.</summary>
    public static readonly TimeSpan ForEver = TimeSpan.MaxValue;

    /// <summary>The cache in this user's cache folder.</summary>
    public static VerdictCache OfUser()
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (OperatingSystem.IsWindows())
        {
            root = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }
        else if (string.IsNullOrEmpty(root) || !Path.IsPathRooted(root))
        {
            // The XDG base directory specification: a relative path is to be ignored.
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            root = home.Length > 0 ? Path.Combine(home, ".cache") : "";
        }

        return new(root.Length > 0 ? Path.Combine(root, "localinference", "probes") : null);
    }

    /// <summary>The verdict on a backend, or <see langword="null"/> when there is none to be believed.</summary>
    public ProbeVerdict? Find(string identity)
    {
        if (folder is null)
        {
            return null;
        }

        try
        {
            string[] lines = File.ReadAllText(FileOf(folder, identity)).Split('\n');
            return lines.Length == 3
                && lines[0] == identity
                && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long until)
                && until > DateTimeOffset.UtcNow.ToUnixTimeSeconds()
                    ? new(lines[2].Length > 0 ? lines[2] : null, "probed before")
                    : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Remembers a verdict, if it can.</summary>
    public void Store(string identity, string? fault, TimeSpan lifetime)
    {
        if (folder is null)
        {
            return;
        }

        long until = lifetime == ForEver ? long.MaxValue : (DateTimeOffset.UtcNow + lifetime).ToUnixTimeSeconds();
        string text = $"{identity}\n{until.ToString(CultureInfo.InvariantCulture)}\n{fault?.ReplaceLineEndings(" ")}";
        string? temporary = null;
        try
        {
            Directory.CreateDirectory(folder);
            string file = FileOf(folder, identity);
            temporary = $"{file}.{Environment.ProcessId}";
            File.WriteAllText(temporary, text);

            // Whoever reads meanwhile finds the old file or the new one, never half of it.
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RemoveQuietly(temporary);
        }
    }

    private static void RemoveQuietly(string? path)
    {
        try
        {
            if (path is not null)
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost but a few bytes.
        }
    }

    private static string FileOf(string folder, string identity) =>
        Path.Combine(folder, Fnv.Hash(identity).ToString("x16", CultureInfo.InvariantCulture) + ".verdict");
}
