using System.Diagnostics;
using System.Globalization;

namespace LocalInference.Guide;

/// <summary>Times the guide's first word, from the start of the program: what somebody waits for who has just built it.</summary>
internal static class ColdStartMeasurement
{
    private const int Runs = 5;

    private static readonly TimeSpan s_bar = TimeSpan.FromSeconds(1);

    /// <summary>Asks the first question of the README, each time in a new process, and prints the times.</summary>
    /// <param name="program">The <c>localinference</c> program.</param>
    /// <param name="output">Where to print.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether the median is within the bar: the first run may read files that the others find in memory.</returns>
    /// <exception cref="IOException">The program is not there, or does not answer.</exception>
    public static async Task<bool> RunAsync(string program, TextWriter output, CancellationToken cancellationToken)
    {
        if (!File.Exists(program))
        {
            throw new FileNotFoundException($"There is no program at '{program}'. Build src/LocalInference.Cli, or name another with --cli.");
        }

        List<TimeSpan> times = [];
        for (int run = 1; run <= Runs; run++)
        {
            times.Add(await TimeAsync(program, cancellationToken).ConfigureAwait(false));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"run {run}   {times[^1].TotalSeconds,6:F2} s to the first byte")).ConfigureAwait(false);
        }

        TimeSpan median = times.Order().ElementAt(Runs / 2);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"median  {median.TotalSeconds,6:F2} s (bar: ≤ {s_bar.TotalSeconds:F2})")).ConfigureAwait(false);
        return median <= s_bar;
    }

    private static async Task<TimeSpan> TimeAsync(string program, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(Path.GetFullPath(program), ["run", "guide", "How do I pull a model?"]) { UseShellExecute = false, RedirectStandardOutput = true };
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        try
        {
            Stream answer = process.StandardOutput.BaseStream;
            int read = await answer.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
            TimeSpan time = Stopwatch.GetElapsedTime(begun);
            await answer.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return read > 0 && process.ExitCode == 0 ? time : throw new IOException($"'{program}' did not answer; it ended with {process.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
