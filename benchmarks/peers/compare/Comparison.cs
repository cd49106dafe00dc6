namespace LocalInference.Compare;

/// <summary>Lets the two programs take turns.</summary>
internal static class Comparison
{
    /// <summary>Runs all pairs.</summary>
    /// <exception cref="CompareException">A program failed, the two computed on different libraries, or the machine was busy and that was not allowed.</exception>
    public static async Task<Report> RunAsync(Settings settings, TextWriter log)
    {
        string libraries = SharedLibraries.Find(settings.Peers);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        List<Turn> ours = [];
        List<Turn> theirs = [];
        List<double?> busy = [];
        for (int pair = 1; pair <= settings.Pairs; pair++)
        {
            busy.Add(await CheckIdleAsync(settings, log).ConfigureAwait(false));
            await log.WriteLineAsync($"pair {pair} of {settings.Pairs}").ConfigureAwait(false);

            // Who goes second finds the machine as the first one left it: warmer, or with less of its share of a host.
            bool oursFirst = pair % 2 == 1;
            if (oursFirst)
            {
                ours.Add(await LocalInferenceTurn.RunAsync(settings, libraries).ConfigureAwait(false));
            }

            theirs.Add(await LlamaBenchTurn.RunAsync(settings, ours[0].Threads, libraries).ConfigureAwait(false));
            if (!oursFirst)
            {
                ours.Add(await LocalInferenceTurn.RunAsync(settings, libraries).ConfigureAwait(false));
            }
        }

        CheckVariant(ours[0], theirs[0]);
        return new Report
        {
            Started = started,
            Machine = MachineDescription.Of(ours[0], theirs[0]),
            Model = Path.GetFileName(settings.Model),
            ModelBytes = new FileInfo(settings.Model).Length,
            PromptTokens = settings.PromptTokens,
            GeneratedTokens = settings.GeneratedTokens,
            Repeats = settings.Repeats,
            Threads = ours[0].Threads,
            Libraries = SharedLibraries.Hash(libraries),
            BusyCores = busy,
            Idle = !busy.Exists(IdleCheck.IsBusy),
            MemoryBandwidth = ours.Max(static turn => turn.MemoryBandwidth),
            Prefill = new Contest(ours.Select(static turn => turn.Prefill), theirs.Select(static turn => turn.Prefill)),
            Decode = new Contest(ours.Select(static turn => turn.Decode), theirs.Select(static turn => turn.Decode)),
        };
    }

    private static async Task<double?> CheckIdleAsync(Settings settings, TextWriter log)
    {
        double? busy = await IdleCheck.BusyCoresAsync().ConfigureAwait(false);
        if (IdleCheck.IsBusy(busy))
        {
            string state = $"the machine is not idle: others keep {busy:0.00} cores busy";
            if (settings.Strict)
            {
                throw new CompareException($"Not measured, {state}.");
            }

            await log.WriteLineAsync($"warning: {state}; these figures prove nothing").ConfigureAwait(false);
        }

        return busy;
    }

    private static void CheckVariant(Turn ours, Turn theirs)
    {
        if (ours.CpuVariant is { } mine && theirs.CpuVariant is { } peer && !mine.Contains(peer, StringComparison.OrdinalIgnoreCase))
        {
            throw new CompareException($"The two did not compute with the same build: ours with {mine}, llama-bench with {peer}.");
        }
    }
}
