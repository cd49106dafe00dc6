using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LocalInference.Cli.Bench;
using LocalInference.Cli.Catalogue;
using LocalInference.Cli.Doctor;
using LocalInference.Cli.Embed;
using LocalInference.Cli.Evaluation;
using LocalInference.Cli.Inspect;
using LocalInference.Cli.Parse;
using LocalInference.Cli.Run;
using LocalInference.Cli.Store;
using LocalInference.Cli.Template;
using LocalInference.Cli.Tokenize;
using LocalInference.Cli.Usage;
using LocalInference.Training;

namespace LocalInference.Cli.CommandLine;

/// <summary>What <c>--json</c> writes. Names are in snake_case, as in Ollama's interface.</summary>
[JsonSerializable(typeof(RunUpdate))]
[JsonSerializable(typeof(InspectReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(TokenizeReport))]
[JsonSerializable(typeof(EmbedReport))]
[JsonSerializable(typeof(RerankReport))]
[JsonSerializable(typeof(SegmentReport[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ParsedMessage))]
[JsonSerializable(typeof(ParsedEvent))]
[JsonSerializable(typeof(ListReport))]
[JsonSerializable(typeof(DatasetReport))]
[JsonSerializable(typeof(EvalReport))]
[JsonSerializable(typeof(CatalogueReport))]
[JsonSerializable(typeof(RecommendationReport))]
[JsonSerializable(typeof(UsageReport))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>One object per line.</summary>
    public static CliJson Lines { get; } = new(Settings(indented: false));

    /// <summary>One object over many lines, for a person to read as well.</summary>
    public static CliJson Indented { get; } = new(Settings(indented: true));

    private static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = indented,

        // Text in any script stays legible. This encoder is unsafe only inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
