using System.Text;
using System.Text.Json;

namespace LocalInference.Training;

/// <summary>The files of a run: its configuration, a line of metrics for each step, the checkpoint and the result.</summary>
internal sealed class RunDirectory
{
    private readonly string _path;

    /// <param name="path">The directory, which is made if it is not there.</param>
    /// <param name="resultName">The name of the file of what is trained.</param>
    public RunDirectory(string path, string resultName)
    {
        _path = Path.GetFullPath(path);
        ResultPath = In(resultName);
        Directory.CreateDirectory(_path);
    }

    public string ResultPath { get; }

    public string CheckpointPath => In("checkpoint.gguf");

    private string ConfigurationPath => In("config.json");

    private string MetricsPath => In("metrics.jsonl");

    /// <summary>Makes the directory as it was after a number of steps; of a run that begins, empty of an earlier one's results.</summary>
    public void Begin(string configuration, int step)
    {
        File.WriteAllText(ConfigurationPath, configuration);
        if (step == 0)
        {
            File.Delete(MetricsPath);
            File.Delete(ResultPath);
            File.Delete(CheckpointPath);
        }
        else if (File.Exists(MetricsPath))
        {
            // Steps after the checkpoint are done, and written, once more; the last line may be half.
            string[] lines = File.ReadAllLines(MetricsPath);
            File.WriteAllLines(MetricsPath, lines.Take(step));
        }
    }

    /// <summary>Appends a step's metrics.</summary>
    public void Append(TrainingProgress progress)
    {
        using FileStream file = new(MetricsPath, FileMode.Append, FileAccess.Write, FileShare.Read);
        using (Utf8JsonWriter json = new(file))
        {
            json.WriteStartObject();
            json.WriteNumber("step", progress.Step);
            json.WriteNumber("epoch", Math.Round(progress.Epoch, 4));
            json.WriteNumber("loss", progress.Loss);
            json.WriteNumber("learning_rate", progress.LearningRate);
            json.WriteNumber("gradient_norm", progress.GradientNorm);
            json.WriteNumber("tokens", progress.Tokens);
            json.WriteNumber("tokens_per_second", Math.Round(progress.TokensPerSecond, 1));
            json.WriteNumber("seconds", Math.Round(progress.Elapsed.TotalSeconds, 2));
            if (progress.ValidationLoss is { } loss)
            {
                json.WriteNumber("validation_loss", loss);
                json.WriteNumber("validation_perplexity", Math.Exp(loss));
            }

            json.WriteEndObject();
        }

        file.Write("\n"u8);
    }

    /// <summary>The options as JSON: names in snake_case.</summary>
    public static string Describe(string modelPath, TrainingOptions options, int samples, int validationSamples)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("model", modelPath);
            json.WriteNumber("samples", samples);
            json.WriteNumber("validation_samples", validationSamples);
            json.WriteString("mode", options.Mode.ToString());
            json.WriteNumber("rank", options.Rank);
            json.WriteNumber("alpha", options.Alpha);
            json.WriteBoolean("rank_stabilized", options.RankStabilized);
            json.WriteNumber("dropout", options.Dropout);
            json.WriteString("targets", options.Targets.ToString());
            json.WriteNumber("epochs", options.Epochs);
            json.WriteNumber("batch_size", options.BatchSize);
            json.WriteNumber("accumulate", options.Accumulate);
            json.WriteNumber("learning_rate", options.LearningRate);
            json.WriteString("schedule", options.Schedule.ToString());
            json.WriteNumber("warmup", options.Warmup);
            json.WriteNumber("weight_decay", options.WeightDecay);
            json.WriteNumber("max_length", options.MaxLength);
            json.WriteNumber("seed", options.Seed);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private string In(string name) => Path.Combine(_path, name);
}
