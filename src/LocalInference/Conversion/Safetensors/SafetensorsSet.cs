using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>All weights of a folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> names.</summary>
internal sealed class SafetensorsSet : IDisposable
{
    /// <summary>What the names of its files end in.</summary>
    public const string Extension = ".safetensors";

    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    // More than any model has; each is an open file.
    private const int MostShards = 2048;

    private readonly List<SafetensorsFile> _files;

    private SafetensorsSet(List<SafetensorsFile> files)
    {
        _files = files;
        Tensors = files.SelectMany(static file => file.Tensors.Values.Select(tensor => (file, tensor)));
    }

    /// <summary>Every tensor and the file that it is in.</summary>
    public IEnumerable<(SafetensorsFile File, SafetensorsTensor Tensor)> Tensors { get; }

    /// <summary>The files.</summary>
    public IEnumerable<string> Paths => _files.Select(static file => file.Path);

    /// <summary>Whether a folder has such weights.</summary>
    public static bool IsIn(SourceFolder folder) => folder.Find(Single) is not null || folder.Find(Index) is not null;

    /// <exception cref="ConversionException">There are none, or one is missing or damaged.</exception>
    public static SafetensorsSet Open(SourceFolder folder)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (string name in Names(folder))
            {
                files.Add(SafetensorsFile.Open(folder.Get(name)));
            }

            var names = new HashSet<string>(StringComparer.Ordinal);
            if (files.SelectMany(static file => file.Tensors.Keys).FirstOrDefault(name => !names.Add(name)) is { } twice)
            {
                throw folder.Refuse($"the tensor '{twice}' is in two files", "Get another copy of the model.", twice);
            }

            return new SafetensorsSet(files);
        }
        catch
        {
            files.ForEach(static file => file.Dispose());
            throw;
        }
    }

    public void Dispose() => _files.ForEach(static file => file.Dispose());

    private static string[] Names(SourceFolder folder)
    {
        if (folder.Find(Index) is not { } path)
        {
            return folder.Find(Single) is not null
                ? [Single]
                : throw folder.Refuse($"there is neither {Single} nor {Index} in it", "Give the folder of a model with weights in safetensors.");
        }

        JsonElement map = JsonFile.Read(path).Get("weight_map", JsonValueKind.Object);
        string[] shards = [.. map.EnumerateObject().Select(static entry => entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "").Distinct(StringComparer.Ordinal)];

        // A name must not lead out of the folder.
        return shards.Length is > 0 and <= MostShards && shards.All(static name => name.EndsWith(Extension, StringComparison.Ordinal) && name == Path.GetFileName(name) && !name.Contains('\\', StringComparison.Ordinal))
            ? shards
            : throw ExceptionFactory.ConversionInput(path, "its weight_map does not name files beside it", "Get another copy of the model.");
    }
}
