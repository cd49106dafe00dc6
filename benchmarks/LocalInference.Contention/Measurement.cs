using System.Diagnostics;
using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference.Contention;

/// <summary>Decode speed alone, beside other programs, and after them; and what a loaded model costs that nobody uses.</summary>
internal sealed class Measurement(string path, LocalModel model)
{
    private static readonly GenerationOptions s_options = new() { MaxTokens = 400, IgnoreEndOfGeneration = true, Sampling = SamplingOptions.Greedy };
    private static readonly TimeSpan s_phase = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(2);

    private int _nextPrompt = 5;

    /// <summary>Whether every bar was met.</summary>
    public async Task<bool> Run()
    {
        double oneThread;
        await using (LocalModel single = await LocalModel.LoadAsync(path, new() { ContextLength = 512, Threads = 1 }))
        {
            oneThread = await Speed(single, s_phase);
        }

        // A shared machine drifts, so a disturbed phase is compared with the undisturbed ones around it.
        double idleBefore = await Speed(model, s_phase);
        Console.WriteLine($"idle                              {idleBefore,8:F1} tokens/s; with one thread {oneThread:F1}");

        double besideLoop;
        using (Disturbance.BusyLoop())
        {
            await Speed(model, s_settling);
            besideLoop = await Speed(model, s_phase);
        }

        await Speed(model, s_settling);
        double afterLoop = await Speed(model, s_phase);
        double idleBetween = await Speed(model, s_phase);

        double besideLlama;
        using (Disturbance.LlamaProgram(path))
        {
            await Speed(model, s_settling * 2);
            besideLlama = await Speed(model, s_phase);
        }

        await Speed(model, s_settling);
        double afterLlama = await Speed(model, s_phase);
        double idleAfter = await Speed(model, s_phase);

        double trainedAlone;
        double trainedBeside;
        double besideTraining;
        await using (TrainingBeside training = await TrainingBeside.StartAsync(path))
        {
            trainedAlone = await training.Speed(Task.Delay(s_phase));
            await Speed(model, s_settling);
            Task<double> decoding = Speed(model, s_phase);
            trainedBeside = await training.Speed(decoding);
            besideTraining = await decoding;
        }

        await Speed(model, s_settling);
        double afterTraining = await Speed(model, s_phase);
        double idleAtEnd = await Speed(model, s_phase);
        double unused = await UnusedShare();

        bool met = Report("beside one busy loop", besideLoop, oneThread, "of one thread idle", 0.90);
        met &= Report("from 2 s after it ended", afterLoop, idleBetween, "of idle", 0.90);
        met &= Report("beside another llama.cpp program", besideLlama, (idleBetween + idleAfter) / 2, "of idle", 0.30);
        met &= Report("from 2 s after it ended", afterLlama, idleAfter, "of idle", 0.90);
        met &= Report("beside a training", besideTraining, (idleAfter + idleAtEnd) / 2, "of idle", 0.30);
        Console.WriteLine($"the training meanwhile            {trainedBeside,8:F1} tokens/s, {trainedBeside / trainedAlone:F2} of alone ({trainedAlone:F1})");
        met &= Report("from 2 s after it ended", afterTraining, idleAtEnd, "of idle", 0.90);
        Console.WriteLine($"loaded and unused                 {unused,8:P2} of one core (bar: below 0.50 %)");
        return met && unused < 0.005;
    }

    private static bool Report(string what, double speed, double reference, string ofWhat, double bar)
    {
        double ratio = speed / reference;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-33} {speed,8:F1} tokens/s, {ratio:F2} {ofWhat} (bar: {bar:F2})"));
        return ratio >= bar;
    }

    // Tokens a second over the time given, prompts of one token left out.
    private async Task<double> Speed(LocalModel subject, TimeSpan duration)
    {
        int tokens = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            await foreach (GenerationUpdate update in subject.GenerateAsync(new[] { _nextPrompt++ % 200 }, s_options))
            {
                tokens += update.Token is null ? 0 : 1;
                if (Stopwatch.GetElapsedTime(start) >= duration)
                {
                    break;
                }
            }
        }

        double speed = tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.Error.WriteLine($"  {duration.TotalSeconds:F0} s: {speed:F1} tokens/s, {subject.Engine.Threads} threads at the end");
        return speed;
    }

    private static async Task<double> UnusedShare()
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(5));
        return (Environment.CpuUsage.TotalTime - before) / Stopwatch.GetElapsedTime(start);
    }
}
