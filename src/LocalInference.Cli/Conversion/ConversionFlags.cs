using System.CommandLine;
using System.CommandLine.Parsing;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Conversion;

/// <summary>The flags that say what a new model is stored in, and what may compute it.</summary>
internal sealed class ConversionFlags(string typeDescription, bool typeRequired)
{
    private readonly Option<QuantizationType?> _type = CreateType("--type", typeDescription, typeRequired);
    private readonly Option<string?> _imatrix = CreateImportanceMatrix();
    private readonly Option<int?> _threads = NumberOption.Create("--threads", "Most threads that compute. Default: the physical cores.", 1, ModelFlags.MostThreads);

    public void AddTo(Command command)
    {
        command.Add(_type);
        command.Add(_imatrix);
        command.Add(_threads);
    }

    public QuantizationType? Type(ParseResult result) => result.GetValue(_type);

    public string? ImportanceMatrix(ParseResult result) => result.GetValue(_imatrix);

    public string? ImportanceMatrix(SymbolResult result) => result.GetValue(_imatrix);

    public int? Threads(ParseResult result) => result.GetValue(_threads);

    /// <summary>An option that takes a type's name.</summary>
    public static Option<QuantizationType?> CreateType(string name, string description, bool required, params string[] aliases) => new(name, aliases)
    {
        Description = $"{description} One of {string.Join(", ", Enum.GetNames<QuantizationType>())}.",
        HelpName = "TYPE",
        Required = required,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!QuantizationType.TryParseName(text, out QuantizationType? type))
            {
                result.AddError($"{name} takes the name of a type such as Q4_K_M, not '{text}'.");
            }

            return type;
        },
    };

    /// <summary>An option that takes an importance matrix.</summary>
    public static Option<string?> CreateImportanceMatrix() =>
        new("--imatrix") { Description = "An importance matrix in GGUF, which types of 4 bits and less are better with and some of them need.", HelpName = "FILE" };
}
