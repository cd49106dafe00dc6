using System.Collections.Frozen;

namespace LocalInference.Text.Jinja;

/// <summary>The language's filters.</summary>
internal static class Filters
{
    /// <summary>The one filter that writes to the output itself.</summary>
    public static readonly Builtin ToJson = new("tojson", static (RenderContext context, JinjaValue self, in CallArguments arguments) =>
    {
        TextBuffer buffer = context.RentBuffer();
        JsonWriting.Write(self, JsonFormat.From(arguments), buffer);
        return context.TakeText(buffer);
    })
    { GivesText = true };

    private static readonly FrozenDictionary<string, Builtin> s_filters =
        ((IEnumerable<Builtin>)[ToJson, .. TextFilters.All, .. NumberFilters.All, .. SequenceFilters.All, .. SelectionFilters.All])
            .ToFrozenDictionary(filter => filter.Name, StringComparer.Ordinal);

    public static Builtin? Find(string name) => s_filters.GetValueOrDefault(name);
}
