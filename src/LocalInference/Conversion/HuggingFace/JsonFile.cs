using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>An object of a JSON file, whose errors name the file.</summary>
internal sealed class JsonFile
{
    private const string NextStep = "Get another copy of the model.";

    // The largest vocabularies take some 30 MB.
    private const long MostBytes = 256 << 20;

    private readonly string _path;
    private readonly JsonElement _root;

    private JsonFile(string path, JsonElement root)
    {
        _path = path;
        _root = root;
    }

    public JsonElement Root => _root;

    /// <exception cref="ConversionException">It is no JSON object, or cannot be read.</exception>
    public static JsonFile Read(string path) => ReadElement(path) is { ValueKind: JsonValueKind.Object } root
        ? new JsonFile(path, root)
        : throw ExceptionFactory.ConversionInput(path, "it is no JSON object", NextStep);

    /// <exception cref="ConversionException">It is no JSON, or cannot be read.</exception>
    public static JsonElement ReadElement(string path)
    {
        try
        {
            RequireReadable(path);
            using FileStream stream = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.ConversionInput(path, e.Message.TrimEnd('.'), NextStep, inner: e);
        }
    }

    /// <exception cref="ConversionException">A file is larger than any that is read as a whole.</exception>
    public static void RequireReadable(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > MostBytes)
        {
            throw ExceptionFactory.ConversionInput(path, $"it has {length} bytes", NextStep, $"{length}", $"{MostBytes}");
        }
    }

    /// <summary>The file, or <see langword="null"/> if there is none.</summary>
    /// <exception cref="ConversionException">As <see cref="Read"/>.</exception>
    public static JsonFile? Find(SourceFolder folder, string file) => folder.Find(file) is { } path ? Read(path) : null;

    /// <summary>The value of a name, if it is of a kind.</summary>
    public JsonElement? Find(string name, JsonValueKind kind) => Find(_root, name, kind);

    public static JsonElement? Find(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind ? value : null;

    /// <exception cref="ConversionException">There is none.</exception>
    public JsonElement Get(string name, JsonValueKind kind) => Find(name, kind) ?? throw Refuse($"it has no {name}", "Get another copy of the model.", name);

    public bool Flag(string name) => Find(name, JsonValueKind.True) is not null;

    public float? Number(string name) => Find(name, JsonValueKind.Number) is { } value && value.TryGetSingle(out float number) ? number : null;

    public string? Text(string name) => Find(name, JsonValueKind.String)?.GetString();

    /// <summary>A number from 1 up.</summary>
    /// <exception cref="ConversionException">It is there and is none.</exception>
    public uint? FindCount(string name) => Find(name, JsonValueKind.Number) is not { } value ? null
        : value.TryGetInt32(out int count) && count > 0 ? (uint)count
        : throw Refuse($"its {name} is {value.GetRawText()}", NextStep, value.GetRawText());

    /// <exception cref="ConversionException">There is none.</exception>
    public uint Count(string name) => FindCount(name) ?? throw Refuse($"it has no {name}", NextStep, name);

    public ConversionException Refuse(string reason, string nextStep, string? value = null, string? limit = null) =>
        ExceptionFactory.ConversionInput(_path, reason, nextStep, value, limit);
}
