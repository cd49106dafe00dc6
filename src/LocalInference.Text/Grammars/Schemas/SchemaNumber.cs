using System.Globalization;
using System.Text.Json;

namespace LocalInference.Text;

/// <summary>A number of a schema. Those that decimal arithmetic cannot hold are cut to its range, and are not exact.</summary>
internal readonly record struct SchemaNumber(decimal Value, bool IsExact)
{
    public static SchemaNumber Read(JsonElement element)
    {
        // decimal.TryParse rounds digits behind the 28th away, which moves a bound.
        string text = element.GetRawText();
        if (text.Length <= 28 && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value))
        {
            bool tiny = value == 0 && element.TryGetDouble(out double exact) && exact != 0;
            return new(value, !tiny);
        }

        double size = element.TryGetDouble(out double d) ? d : text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        const decimal Largest = 1_000_000_000_000_000_000_000_000_000m;
        return Math.Abs(size) < 1e27
            ? new((decimal)size, false)
            : new(size > 0 ? Largest : -Largest, false);
    }
}
