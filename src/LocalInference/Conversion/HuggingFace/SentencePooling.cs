using System.Text.Json;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// How sentence-transformers makes one vector of those of a text's tokens: <c>modules.json</c> names the folder of the step that does it,
/// whose <c>config.json</c> says how.
/// </summary>
internal static class SentencePooling
{
    private static readonly (string Name, string Flag, llama_pooling_type Type)[] s_kinds =
    [
        ("mean", "pooling_mode_mean_tokens", llama_pooling_type.LLAMA_POOLING_TYPE_MEAN),
        ("cls", "pooling_mode_cls_token", llama_pooling_type.LLAMA_POOLING_TYPE_CLS),
        ("lasttoken", "pooling_mode_lasttoken", llama_pooling_type.LLAMA_POOLING_TYPE_LAST),
    ];

    /// <summary>How, or <see langword="null"/> if the folder does not say.</summary>
    /// <exception cref="Abstractions.ConversionException">It is not known here, or a file is damaged.</exception>
    public static llama_pooling_type? Read(SourceFolder folder)
    {
        if (folder.Find("modules.json") is not { } modules)
        {
            return null;
        }

        JsonElement list = JsonFile.ReadElement(modules);
        string? step = (list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
            .Where(static module => JsonFile.Find(module, "type", JsonValueKind.String)?.GetString()?.EndsWith("Pooling", StringComparison.Ordinal) == true)
            .Select(static module => JsonFile.Find(module, "path", JsonValueKind.String)?.GetString())
            .FirstOrDefault();

        // A name must not lead out of the folder.
        if (step is not { Length: > 0 } || step != Path.GetFileName(step) || step.StartsWith('.') || step.Contains('\\', StringComparison.Ordinal))
        {
            return null;
        }

        JsonFile config = JsonFile.Read(folder.Get($"{step}/config.json"));
        string? named = config.Text("pooling_mode");
        llama_pooling_type[] found = [.. s_kinds.Where(kind => config.Flag(kind.Flag) || named == kind.Name).Select(static kind => kind.Type)];
        return found is [var only] ? only : throw config.Refuse("how it pools is not known here", HyperParameters.UseAnother, named, string.Join(", ", s_kinds.Select(static kind => kind.Name)));
    }
}
