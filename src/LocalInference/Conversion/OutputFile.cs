using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// A file that takes its name when it is whole: written beside it first, flushed to the disk, then renamed. Disposed of before
/// that, it leaves nothing behind.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _path;

    /// <param name="path">Where it will be; an existing file is replaced at the end.</param>
    /// <param name="inputs">What it is made from, and must not replace: files that may be mapped while they are read.</param>
    /// <exception cref="ConversionException">It would replace one of its inputs.</exception>
    public OutputFile(string path, params IEnumerable<string> inputs)
    {
        _path = Path.GetFullPath(path);
        if (inputs.Any(IsSame))
        {
            throw ExceptionFactory.ConversionFailed(path, "it is what the new file is made from", "Give the new file another name.");
        }

        if (Directory.Exists(_path))
        {
            throw ExceptionFactory.ConversionFailed(path, "it is a folder", "Give the path of a file.");
        }

        TemporaryPath = $"{_path}.{Guid.NewGuid():n}.partial";
    }

    /// <summary>Where to write.</summary>
    public string TemporaryPath { get; }

    /// <summary>Flushes what was written to the disk and gives it its name.</summary>
    /// <exception cref="IOException">That fails.</exception>
    public void Complete()
    {
        using (FileStream stream = new(TemporaryPath, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Flush(flushToDisk: true);
        }

        PrivateFile.Move(TemporaryPath, _path);
    }

    /// <summary>As <see cref="Complete"/>, after a look at the file: native code does not notice a full disk.</summary>
    /// <param name="tensors">How many tensors it must hold.</param>
    /// <exception cref="ConversionException">It is not whole.</exception>
    public void CompleteGguf(int tensors)
    {
        try
        {
            using GgufFile file = GgufFile.OpenPart(TemporaryPath);
            if (file.Tensors.Length != tensors)
            {
                throw ExceptionFactory.ConversionFailed(_path, $"it has {file.Tensors.Length} tensors of {tensors}", "This is a bug; please report it.");
            }
        }
        catch (GgufException e)
        {
            throw ExceptionFactory.ConversionFailed(_path, $"what was written is not whole ({e.Message.Split(". ")[0]})", "Make room on the disk, then try again.", e);
        }

        Complete();
    }

    /// <summary>Removes what was written and not completed.</summary>
    public void Dispose() => PrivateFile.DeleteIfThere(TemporaryPath);

    private bool IsSame(string input) => Final(input).Equals(Final(_path), OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string Final(string path) => (File.Exists(path) ? new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
}
