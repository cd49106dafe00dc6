namespace LocalInference.Cli.Conversion;

/// <summary>A text of some hundred words, written for this program, to measure on where nothing else is given. A file while it is used.</summary>
internal sealed class MeasuredText : IDisposable
{
    private const string Resource = "measured-text.txt";

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-merge-").FullName;

    public MeasuredText()
    {
        Path = System.IO.Path.Combine(_folder, Resource);
        using Stream text = typeof(MeasuredText).Assembly.GetManifestResourceStream(Resource)!;
        using FileStream file = File.Create(Path);
        text.CopyTo(file);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
