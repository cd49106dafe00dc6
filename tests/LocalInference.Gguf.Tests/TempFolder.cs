namespace LocalInference.Gguf.Tests;

/// <summary>A folder of its own for each test, gone afterwards.</summary>
public sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("localinference-gguf-");

    public string FullPath => _folder.FullName;

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string Write(string name, byte[] content)
    {
        string path = this[name];
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
