using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary>The file of a dataset and the flags that say how it is read.</summary>
internal sealed class DatasetFlags
{
    private static readonly int s_maxLength = new TrainingOptions().MaxLength;

    private readonly Argument<string> _file = new("FILE") { Description = "The dataset: JSON Lines, a JSON array, or a text." };
    private readonly Option<DatasetFormat?> _format = new("--format") { Description = "How it is written. Default: found." };
    private readonly Option<string?> _model = new("--model") { Description = "The model that is to learn, for what its tokenizer and its chat template make of it: a GGUF file, or a name in the store.", HelpName = "MODEL" };
    private readonly Option<int?> _maxLength = NumberOption.Create("--max-length", $"Tokens of the longest sample. Default: {s_maxLength}, as `train` has it.", 2, int.MaxValue);
    private readonly SampleFlags _samples = new();

    public void AddTo(Command command, bool modelRequired = false)
    {
        _model.Required = modelRequired;
        command.Add(_file);
        command.Add(_model);
        AddFormatTo(command, withFile: false);
        command.Add(_maxLength);
        _samples.AddTo(command);
    }

    /// <summary>Adds what is needed where no model is.</summary>
    public void AddFormatTo(Command command, bool withFile = true)
    {
        if (withFile)
        {
            command.Add(_file);
        }

        command.Add(_format);
    }

    public string File(ParseResult result) => result.GetRequiredValue(_file);

    public string? Model(ParseResult result) => result.GetValue(_model);

    public DatasetOptions Format(ParseResult result) => new() { Format = result.GetValue(_format) };

    public DatasetOptions Options(ParseResult result) =>
        _samples.Apply(result, Format(result) with { MaxLength = result.GetValue(_maxLength) ?? s_maxLength });
}
