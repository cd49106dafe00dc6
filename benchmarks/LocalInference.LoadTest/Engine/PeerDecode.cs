using System.Text.Json;
using LocalInference.Compare;

namespace LocalInference.LoadTest.Engine;

/// <summary>Decode speed of llama.cpp's own programs, which do nothing but decode.</summary>
internal static class PeerDecode
{
    /// <summary>The program that measures so many sequences.</summary>
    public static string Program(int sequences) => sequences == 1 ? "llama-bench" : "llama-batched-bench";

    /// <summary>Tokens per second in all.</summary>
    public static async Task<double> MeasureAsync(string peers, string libraries, string model, int threads, int sequences, int tokens)
    {
        string program = Path.Combine(peers, Program(sequences));
        if (!File.Exists(program))
        {
            throw new LoadTestException($"{program} is not there. Run benchmarks/peers/build.sh.");
        }

        // One token of prompt each, as on our side; a KV cache for all of them, as ours is.
        string[] arguments = sequences == 1
            ? ["-m", model, "-p", "0", "-n", $"{tokens}", "-r", "1", "-t", $"{threads}", "-o", "json"]
            : ["-m", model, "-c", $"{sequences * (tokens + 2)}", "-npp", "1", "-ntg", $"{tokens}", "-npl", $"{sequences}", "-kvu", "-t", $"{threads}", "-tb", $"{threads}", "--output-format", "jsonl"];
        (string output, string error) = await ChildProgram.RunAsync(program, arguments, libraries);
        return sequences == 1 ? ReadBench(output) : ReadBatchedBench(output + "\n" + error);
    }

    /// <summary>The rate in what llama-bench writes with <c>-o json</c>.</summary>
    internal static double ReadBench(string output)
    {
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement[0].GetProperty("avg_ts").GetDouble();
    }

    /// <summary>The rate in what llama-batched-bench writes with <c>--output-format jsonl</c>, among its log.</summary>
    internal static double ReadBatchedBench(string output)
    {
        string line = output.Split('\n').FirstOrDefault(static line => line.StartsWith('{') && line.Contains("speed_tg", StringComparison.Ordinal))
            ?? throw new LoadTestException($"llama-batched-bench wrote no result:\n{output}");
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("speed_tg").GetDouble();
    }
}
