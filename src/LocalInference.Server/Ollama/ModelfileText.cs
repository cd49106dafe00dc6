using System.Globalization;
using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Server.Ollama;

/// <summary>A model's settings as a Modelfile says them.</summary>
internal static class ModelfileText
{
    // Ollama pads the names to so many columns.
    private const int NameWidth = 30;

    public static string Of(ModelDescription model)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"FROM {model.Name}\n");
        if (model.Template is { Language: PromptTemplateLanguage.Go } template)
        {
            text.Append(CultureInfo.InvariantCulture, $"TEMPLATE \"\"\"{template.Source}\"\"\"\n");
        }

        if (model.System is { } system)
        {
            text.Append(CultureInfo.InvariantCulture, $"SYSTEM \"\"\"{system}\"\"\"\n");
        }

        foreach ((string name, IFormattable value) in Settings(model.Sampling))
        {
            text.Append(CultureInfo.InvariantCulture, $"PARAMETER {name} {value}\n");
        }

        return text.ToString();
    }

    /// <summary>One setting on a line, the names padded.</summary>
    public static string Parameters(SamplingOverrides sampling) =>
        string.Join('\n', Settings(sampling).Select(static setting => string.Create(CultureInfo.InvariantCulture, $"{setting.Name.PadRight(NameWidth)} {setting.Value}")));

    private static IEnumerable<(string Name, IFormattable Value)> Settings(SamplingOverrides sampling)
    {
        (string Name, IFormattable? Value)[] all =
        [
            ("temperature", sampling.Temperature),
            ("top_k", sampling.TopK),
            ("top_p", sampling.TopP),
            ("min_p", sampling.MinP),
            ("typical_p", sampling.TypicalP),
            ("repeat_last_n", sampling.PenaltyLastN),
            ("repeat_penalty", sampling.RepeatPenalty),
            ("presence_penalty", sampling.PresencePenalty),
            ("frequency_penalty", sampling.FrequencyPenalty),
            ("seed", sampling.Seed),
        ];
        foreach ((string name, IFormattable? value) in all)
        {
            if (value is not null)
            {
                yield return (name, value);
            }
        }
    }
}
