using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Server.Ollama;

/// <summary>A model's settings, as a Modelfile: the store's own, or for a model that is a mere file what the catalog knows.</summary>
internal static class ModelRecipe
{
    // Ollama pads the names to so many columns.
    private const int NameWidth = 30;

    public static Modelfile Of(ModelDescription model) => new(
    [
        new ModelfileInstruction(ModelfileKeyword.From, model.Name),
        .. model.Template is { Language: PromptTemplateLanguage.Go } template ? One(ModelfileKeyword.Template, template.Source) : [],
        .. model.System is { } system ? One(ModelfileKeyword.System, system) : [],
        .. Parameters(model.Sampling),
        .. model.Licenses.Select(static license => new ModelfileInstruction(ModelfileKeyword.License, license)),
    ]);

    /// <summary>The values of an instruction, in their order.</summary>
    public static IEnumerable<ModelfileInstruction> All(this Modelfile recipe, ModelfileKeyword keyword) =>
        recipe.Instructions.Where(instruction => instruction.Keyword == keyword);

    /// <summary>The value of an instruction that counts once; <see langword="null"/>: it is not there.</summary>
    public static string? Last(this Modelfile recipe, ModelfileKeyword keyword) => recipe.All(keyword).LastOrDefault()?.Value;

    /// <summary>One parameter on a line, the names padded, texts in quotation marks.</summary>
    public static string ParametersOf(Modelfile recipe) => string.Join(
        '\n',
        recipe.All(ModelfileKeyword.Parameter).Select(static parameter => $"{parameter.Name!.PadRight(NameWidth)} {Shown(parameter)}"));

    private static string Shown(ModelfileInstruction parameter) => parameter.Name == "stop"
        ? $"\"{JsonEncodedText.Encode(parameter.Value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
        : parameter.Value;

    private static ModelfileInstruction[] One(ModelfileKeyword keyword, string value) => [new(keyword, value)];

    private static IEnumerable<ModelfileInstruction> Parameters(SamplingOverrides sampling)
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
                yield return new ModelfileInstruction(ModelfileKeyword.Parameter, value.ToString(format: null, CultureInfo.InvariantCulture)) { Name = name };
            }
        }
    }
}
