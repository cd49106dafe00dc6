using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary>The flags that say how samples are made and judged.</summary>
internal sealed class SynthesisFlags
{
    private readonly Option<string> _model = new("--model") { Description = "Who makes samples: a name or a file as of `run`, of this machine or remote.", HelpName = "MODEL", Required = true };
    private readonly Option<string> _template = new("--template") { Description = "What the model is asked for each sample, with places for the fields of a seed: {{ text }} of a text, {{ number }} of {{ count }} samples.", HelpName = "FILE", Required = true };
    private readonly Option<int?> _perSeed = NumberOption.Create("--per-seed", "Samples of each seed. Default: 1.", 1, int.MaxValue);
    private readonly Option<string?> _schema = new("--schema") { Description = "JSON schema of an answer, an object with the texts question and answer. Default: these alone.", HelpName = "FILE" };
    private readonly Option<string?> _judge = new("--judge") { Description = "A model that scores each sample from 1 to 5; --model's own or another.", HelpName = "MODEL" };
    private readonly Option<string?> _criterion = new("--criterion") { Description = "What a sample has to meet, for the judge. Default: it can be understood by itself, and its answer is true and complete.", HelpName = "FILE" };
    private readonly Option<int?> _leastScore = NumberOption.Create("--least-score", "The least score with which a sample is kept. Default: 4.", 1, 5);
    private readonly Option<float?> _temperature = NumberOption.Create("--temperature", "Temperature of the samples. Default: 0.8.", 0f, float.MaxValue);
    private readonly Option<int?> _seed = NumberOption.Create("--seed", "Decides the random choices. Default: 0.", 0, int.MaxValue);
    private readonly Option<int?> _maxTokens = NumberOption.Create("--max-tokens", "Most tokens of an answer. Default: 1024.", 1, int.MaxValue);
    private readonly Option<int?> _parallel = NumberOption.Create("--parallel", "Samples that are asked for at the same time. Default: 4.", 1, 256);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_model, _template, _perSeed, _schema, _judge, _criterion, _leastScore, _temperature, _seed, _maxTokens, _parallel])
        {
            command.Add(option);
        }
    }

    /// <exception cref="CliException">Flags contradict each other, or the schema is no JSON.</exception>
    public SynthesisSettings Read(ParseResult result)
    {
        string? judge = result.GetValue(_judge);
        string? criterion = result.GetValue(_criterion);
        if (judge is null && (criterion is not null || result.GetValue(_leastScore) is not null))
        {
            throw CliException.Usage("--criterion and --least-score are for a judge, and there is none.", "Give --judge MODEL, or leave them out.");
        }

        SynthesisOptions options = new() { Template = File.ReadAllText(result.GetRequiredValue(_template)) };
        return new SynthesisSettings(
            result.GetRequiredValue(_model),
            options with
            {
                SamplesPerSeed = result.GetValue(_perSeed) ?? options.SamplesPerSeed,
                Schema = result.GetValue(_schema) is { } schema ? ReadSchema(schema) : options.Schema,
                Temperature = result.GetValue(_temperature) ?? options.Temperature,
                Seed = result.GetValue(_seed) ?? options.Seed,
                MaxTokens = result.GetValue(_maxTokens) ?? options.MaxTokens,
                Parallelism = result.GetValue(_parallel) ?? options.Parallelism,
            },
            judge,
            criterion is null ? null : File.ReadAllText(criterion),
            result.GetValue(_leastScore));
    }

    private static JsonElement ReadSchema(string path)
    {
        try
        {
            return JsonElement.Parse(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new CliException($"'{path}' is no JSON: {e.Message}", "Correct it at that place.");
        }
    }
}
