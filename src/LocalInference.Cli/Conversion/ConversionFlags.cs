using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Conversion;

/// <summary>The flags that say what a new model is stored in, and what may compute it.</summary>
internal sealed class ConversionFlags(string typeDescription, bool typeRequired)
{
    private readonly Option<QuantizationType?> _type = new("--type")
    {
        Description = $"{typeDescription} One of {string.Join(", ", Enum.GetNames<QuantizationType>())}.",
        HelpName = "TYPE",
        Required = typeRequired,
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value;
            if (!QuantizationType.TryParseName(text, out QuantizationType? type))
            {
                result.AddError($"--type takes the name of a type such as Q4_K_M, not '{text}'.");
            }

            return type;
        },
    };

    private readonly Option<string?> _imatrix = new("--imatrix") { Description = "An importance matrix in GGUF, which types of 4 bits and less are better with and some of them need.", HelpName = "FILE" };
    private readonly Option<int?> _threads = NumberOption.Create("--threads", "Most threads that compute. Default: the physical cores.", 1, ModelFlags.MostThreads);

    public void AddTo(Command command)
    {
        command.Add(_type);
        command.Add(_imatrix);
        command.Add(_threads);
    }

    public QuantizationType? Type(ParseResult result) => result.GetValue(_type);

    public string? ImportanceMatrix(ParseResult result) => result.GetValue(_imatrix);

    public int? Threads(ParseResult result) => result.GetValue(_threads);
}
