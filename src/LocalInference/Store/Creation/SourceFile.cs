using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A GGUF file that a Modelfile names, and what it is by its metadata.</summary>
/// <param name="Path">The file, the first part of a split one.</param>
/// <param name="MediaType">A model, the projector of one, or an adapter.</param>
/// <param name="Facts">What its headers say.</param>
/// <param name="Parts">How many files it consists of.</param>
internal sealed record SourceFile(string Path, string MediaType, GgufModelDescription Facts, int Parts)
{
    // What llama.cpp's converters name the architecture of vision and audio projectors.
    private const string ProjectorArchitecture = "clip";

    /// <exception cref="StoreException">It is no GGUF file.</exception>
    public static SourceFile Open(string path)
    {
        try
        {
            using GgufFile file = GgufFile.Open(path);
            GgufModelDescription facts = file.Describe();
            string mediaType = facts switch
            {
                { Type: "adapter" } => MediaTypes.Adapter,
                { Architecture: ProjectorArchitecture } or { Type: "mmproj" } => MediaTypes.Projector,
                _ => MediaTypes.Model,
            };
            return new SourceFile(file.Path, mediaType, facts, file.Parts.Length);
        }
        catch (GgufException e)
        {
            throw ExceptionFactory.StoreFailed($"'{path}' cannot be made a model", e.Message.Split(". ")[0], e.NextStep, e, path);
        }
    }

    /// <summary>The files that a path of a Modelfile stands for: itself, or the GGUF files of a folder, each split model once.</summary>
    /// <exception cref="StoreException">There are none.</exception>
    public static SourceFile[] Find(string path)
    {
        if (!Directory.Exists(path))
        {
            return [Open(path)];
        }

        string[] files = [.. Directory.GetFiles(path, "*.gguf").Order(StringComparer.Ordinal).Where(IsFirst)];
        return files.Length > 0
            ? [.. files.Select(Open)]
            : throw ExceptionFactory.StoreFailed($"The folder '{path}' cannot be made a model", "there are no weights in safetensors or GGUF in it", "Name a folder with a model in safetensors or GGUF, or a GGUF file.", value: path);
    }

    private static bool IsFirst(string path) => !GgufSplit.TryParsePartPath(path, out _, out int number, out _) || number == 0;
}
