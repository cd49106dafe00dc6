using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalInference.Compare;

/// <summary>How a report is written: the names of <c>localinference bench --json</c>, one value per line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static void Save(Report report, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(report, Default.Report) + "\n");
    }
}
