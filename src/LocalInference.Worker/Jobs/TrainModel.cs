using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.Training;

namespace LocalInference.Worker;

/// <summary>Job <c>train</c>: a training as <see cref="TrainingJob"/> asks for it. Reports each step.</summary>
internal static class TrainModel
{
    public const string Name = "train";

    /// <exception cref="JobFailedException">It cannot be done, or failed.</exception>
    public static JsonElement Run(JsonElement job, EventWriter events, CancellationToken cancellationToken)
    {
        GiveWay();

        // Ctrl-C reaches every process of a terminal. Who started this one closes its input then, and waits for the checkpoint.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        try
        {
            return Train(job, events, cancellationToken);
        }
        catch (LocalInferenceException e)
        {
            throw Failed(e.Code, What(e), e.NextStep);
        }
        catch (JsonException e)
        {
            throw Failed("bad_job", $"The job is not one of training: {e.Message.TrimEnd('.')}", "Start it through LocalInference.Training.");
        }
        catch (FileNotFoundException e) when (e.FileName?.StartsWith("LocalInference.Training", StringComparison.Ordinal) == true)
        {
            throw Failed("worker_incomplete", "LocalInference.Training is not beside the worker", "Reference the package LocalInference.Training.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("training_files", e.Message.TrimEnd('.'), "Give the run a folder that can be written, on a disk with room.");
        }
    }

    // A method of its own: not every program that has a worker has the assembly, and this one is only compiled where it is called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static JsonElement Train(JsonElement job, EventWriter events, CancellationToken cancellationToken) =>
        TrainingWork.Run(job, step => events.Write(new WorkerReport(step)), cancellationToken);

    // Somebody waits for a server's answers, nobody for a step.
    private static void GiveWay()
    {
        try
        {
            using Process self = Process.GetCurrentProcess();
            self.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Win32Exception)
        {
            // Then it is as important as others.
        }
    }

    // The message ends with the next step, which travels by itself.
    private static string What(LocalInferenceException e) => e.Message[..^(e.NextStep.Length + 2)];

    private static JobFailedException Failed(string code, string message, string nextStep) => new(new WorkerError(code, message, nextStep));
}
