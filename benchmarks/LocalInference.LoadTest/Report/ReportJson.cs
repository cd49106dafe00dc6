using System.Text.Json;
using System.Text.Json.Serialization;
using LocalInference.LoadTest.Engine;

namespace LocalInference.LoadTest.Report;

/// <summary>How results are written: snake case, one value per line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(LoadReport))]
[JsonSerializable(typeof(EngineReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static void Save(LoadReport report, string path) => Write(JsonSerializer.Serialize(report, Default.LoadReport), path);

    public static void Save(EngineReport report, string path) => Write(JsonSerializer.Serialize(report, Default.EngineReport), path);

    private static void Write(string json, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, json + "\n");
    }
}
