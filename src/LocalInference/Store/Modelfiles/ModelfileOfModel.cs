using System.Text;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Writes down what a stored model consists of.</summary>
internal static class ModelfileOfModel
{
    /// <exception cref="StoreException">A part is damaged.</exception>
    public static Modelfile Describe(IndexedModel entry) => new(
    [
        .. Paths(entry, ModelfileKeyword.From, MediaTypes.Model),
        .. Paths(entry, ModelfileKeyword.From, MediaTypes.Projector),
        .. Paths(entry, ModelfileKeyword.Adapter, MediaTypes.Adapter),
        .. Paths(entry, ModelfileKeyword.Draft, MediaTypes.Draft),
        .. Texts(entry, ModelfileKeyword.Template, MediaTypes.Template),
        .. Texts(entry, ModelfileKeyword.System, MediaTypes.System),
        .. Fact(ModelfileKeyword.Renderer, entry.Config.Renderer),
        .. Fact(ModelfileKeyword.Parser, entry.Config.Parser),
        .. Fact(ModelfileKeyword.Requires, entry.Config.Requires),
        .. entry.Parameters.Values.Select(static parameter => new ModelfileInstruction(ModelfileKeyword.Parameter, parameter.Value) { Name = parameter.Name }),
        .. Texts(entry, ModelfileKeyword.License, MediaTypes.License),
        .. Messages(entry),
    ]);

    private static IEnumerable<ModelfileInstruction> Paths(IndexedModel entry, ModelfileKeyword keyword, string mediaType) =>
        entry.Manifest.OfType(mediaType).Select(layer => new ModelfileInstruction(keyword, entry.Root.BlobPath(layer.Digest)));

    private static IEnumerable<ModelfileInstruction> Texts(IndexedModel entry, ModelfileKeyword keyword, string mediaType) =>
        entry.Manifest.OfType(mediaType).Select(layer => new ModelfileInstruction(keyword, Encoding.UTF8.GetString(entry.Read(layer))));

    private static IEnumerable<ModelfileInstruction> Fact(ModelfileKeyword keyword, string? value) =>
        string.IsNullOrEmpty(value) ? [] : [new ModelfileInstruction(keyword, value)];

    private static IEnumerable<ModelfileInstruction> Messages(IndexedModel entry) =>
        StoredMessages.Read(entry).Select(static message => new ModelfileInstruction(ModelfileKeyword.Message, message.Content) { Name = message.Role });
}
