using System.Text.Json.Nodes;

namespace LocalInference.Text.Tests.Oracles;

/// <summary>One template for python's jinja2 to render.</summary>
/// <param name="Template">The source.</param>
/// <param name="Variables">
/// The variables, a JSON object; it is copied. A float that is a whole number must come from JSON text (<c>1.0</c>): a node made of a
/// <see cref="double"/> is written as <c>1</c>, which is an integer to python.
/// </param>
/// <param name="Now">The clock that <c>strftime_now</c> reads; without one, asking for the time is an error.</param>
/// <param name="Mutable">Whether lists and dictionaries may be changed (<c>append</c>, <c>pop</c>), as llama.cpp's cases assume and transformers forbids.</param>
internal sealed record RenderRequest(string Template, JsonObject Variables, DateTime? Now = null, bool Mutable = false)
{
    public JsonObject ToJson() => new()
    {
        ["template"] = Template,
        ["variables"] = Variables.DeepClone(),
        ["now"] = Now?.ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
        ["mutable"] = Mutable,
    };
}
