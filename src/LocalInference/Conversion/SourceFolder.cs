using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The files of a model or an adapter that transformers or PEFT saved, by their names: those of a folder, or files that lie anywhere and are
/// given names, such as the blobs of a store. Immutable.
/// </summary>
internal sealed class SourceFolder
{
    private readonly string _name;
    private readonly IReadOnlyDictionary<string, string>? _paths;

    /// <param name="directory">The folder; it may be missing.</param>
    public SourceFolder(string directory) => _name = directory;

    /// <param name="name">What errors call it.</param>
    /// <param name="paths">Where its files lie, by their names; '/' is between the parts of a name.</param>
    public SourceFolder(string name, IReadOnlyDictionary<string, string> paths) => (_name, _paths) = (name, paths);

    /// <summary>What somebody called it; <see langword="null"/>: nobody did.</summary>
    public string? Title => _paths is null ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_name))) : null;

    /// <summary>Where a file lies; <see langword="null"/>: there is none of that name.</summary>
    public string? Find(string file)
    {
        string? path = _paths is null ? Path.Combine(_name, file) : _paths.GetValueOrDefault(file);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Where a file lies.</summary>
    /// <exception cref="ConversionException">There is none of that name.</exception>
    public string Get(string file) => Find(file) ?? throw Refuse($"there is no {file} in it", "Give all files that were saved with it.");

    /// <summary>Where the files lie whose names end so.</summary>
    public IEnumerable<string> Ending(string extension) => _paths is null
        ? Directory.EnumerateFiles(_name, $"*{extension}")
        : _paths.Where(file => file.Key.EndsWith(extension, StringComparison.Ordinal)).Select(static file => file.Value);

    public ConversionException Refuse(string reason, string nextStep, string? value = null) => ExceptionFactory.ConversionInput(_name, reason, nextStep, value);
}
