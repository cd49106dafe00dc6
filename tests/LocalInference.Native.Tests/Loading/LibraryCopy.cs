namespace LocalInference.Native.Tests.Loading;

/// <summary>A copy of the libraries that the tests run on, with the CPU builds asked for, to be damaged.</summary>
internal sealed class LibraryCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="cpuVariants">The CPU builds to copy; the one that this process uses if none is named.</param>
    public LibraryCopy(params string[] cpuVariants)
    {
        if (cpuVariants.Length == 0)
        {
            cpuVariants = [Best];
        }

        Directory = new LibraryDirectory(_folder.Path);
        foreach (string file in (string[])[Source.GgmlBase!, Source.Ggml!, Source.Llama!, .. cpuVariants.Select(VariantFile)])
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        }
    }

    /// <summary>The undamaged libraries.</summary>
    public static LibraryDirectory Source { get; } = new(NativeRuntime.Get().Directory);

    /// <summary>The CPU build that this processor gets.</summary>
    public static string Best { get; } = NativeRuntime.Get().CpuVariant;

    public LibraryDirectory Directory { get; }

    public string Cpu(string variant) => _folder.File(Path.GetFileName(VariantFile(variant)));

    /// <summary>Replaces a text in a file by another of the same length, everywhere.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> old, ReadOnlySpan<byte> @new)
    {
        Assert.Equal(old.Length, @new.Length);
        byte[] file = File.ReadAllBytes(path);
        int count = 0;
        for (int at = file.AsSpan().IndexOf(old); at >= 0; at = file.AsSpan().IndexOf(old))
        {
            @new.CopyTo(file.AsSpan(at));
            count++;
        }

        Assert.NotEqual(0, count);
        File.WriteAllBytes(path, file);
    }

    public void Dispose() => _folder.Dispose();

    private static string VariantFile(string variant) => Path.Combine(Source.Path, Path.GetFileName(
        Source.CpuBackends.Single(file => Path.GetFileNameWithoutExtension(file).EndsWith("-" + variant, StringComparison.Ordinal))));
}
