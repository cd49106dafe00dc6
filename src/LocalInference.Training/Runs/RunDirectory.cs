using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>
/// The files of a run: its configuration, a line of metrics for each step, the loss as a chart, the checkpoint and the result. Each is
/// whole at any time, but for the last line of metrics. One run at a time has it.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;

    /// <param name="path">The directory, which is made if it is not there.</param>
    /// <param name="resultName">The name of the file of what is trained.</param>
    /// <exception cref="TrainingException">Another run has it.</exception>
    public RunDirectory(string path, string resultName)
    {
        _path = Path.GetFullPath(path);
        ResultPath = In(resultName);
        Directory.CreateDirectory(_path);
        _lock = Lock();
    }

    public string ResultPath { get; }

    public string CheckpointPath => In("checkpoint.gguf");

    private string ConfigurationPath => In("config.json");

    private string MetricsPath => In("metrics.jsonl");

    private string ChartPath => In("loss.svg");

    /// <summary>Makes the directory as it was in a state of the run; where that is the beginning, empty of an earlier run's results.</summary>
    public void Begin(byte[] configuration, RunState state)
    {
        PrivateFile.WriteAtomically(ConfigurationPath, configuration);
        if (state.Step == 0)
        {
            // The checkpoint goes first: without it, what else may be left of an earlier run is never taken for this one's.
            File.Delete(CheckpointPath);
            File.Delete(MetricsPath);
            File.Delete(ChartPath);
            File.Delete(ResultPath);
        }
        else if (File.Exists(MetricsPath))
        {
            // Steps after the checkpoint are done, and written, once more; the last line may be half.
            int step = state.IsEvaluationDue ? state.Step - 1 : state.Step;
            PrivateFile.WriteAtomically(MetricsPath, Encoding.UTF8.GetBytes(string.Concat(File.ReadLines(MetricsPath).Take(step).Select(static l => l + "\n"))));
        }
    }

    /// <summary>Appends a step's metrics.</summary>
    public void Append(TrainingProgress progress)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteNumber("step", progress.Step);
            json.WriteNumber("epoch", Math.Round(progress.Epoch, 4));
            json.WriteNumber("loss", progress.Loss);
            json.WriteNumber("learning_rate", progress.LearningRate);
            json.WriteNumber("gradient_norm", progress.GradientNorm);
            json.WriteNumber("tokens", progress.Tokens);
            json.WriteNumber("tokens_per_second", Math.Round(progress.TokensPerSecond, 1));
            json.WriteNumber("resident_bytes", progress.ResidentBytes);
            json.WriteNumber("seconds", Math.Round(progress.Elapsed.TotalSeconds, 2));
            if (progress.ValidationLoss is { } loss)
            {
                json.WriteNumber("validation_loss", loss);
                json.WriteNumber("validation_perplexity", Math.Exp(loss));
            }

            json.WriteEndObject();
        }

        line.Write("\n"u8);
        using FileStream file = new(MetricsPath, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
    }

    /// <summary>Draws the loss of all steps so far.</summary>
    public void Draw()
    {
        if (File.Exists(MetricsPath))
        {
            PrivateFile.WriteAtomically(ChartPath, Encoding.UTF8.GetBytes(LossChart.Draw(File.ReadLines(MetricsPath))));
        }
    }

    /// <summary>Lets another run have it.</summary>
    public void Dispose() => _lock.Dispose();

    // The system lets go of it when the process ends, however it ends.
    private FileStream Lock()
    {
        try
        {
            return new FileStream(In("run.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException) when (File.Exists(In("run.lock")))
        {
            throw ExceptionFactory.TrainingDirectoryBusy(_path);
        }
    }

    private string In(string name) => Path.Combine(_path, name);
}
