using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Replay;

/// <summary>Runs requests on an engine and its calls in a program in C.</summary>
internal static class ReplayCheck
{
    /// <param name="program">The program.</param>
    /// <param name="setup">How the engine's model is loaded.</param>
    /// <param name="requests">What is asked of it.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <param name="other">How the program's model is loaded, if not like the engine's.</param>
    /// <exception cref="Compare.CompareException">The program failed.</exception>
    public static async Task<ReplayReport> RunAsync(
        ReplayProgram program,
        EngineSetup setup,
        Func<LocalModel, Task> requests,
        CancellationToken cancellationToken,
        EngineSetup? other = null)
    {
        using ReplayProcess process = ReplayProcess.Start(program, other ?? setup);
        CallRepeater repeater = new(process);
        LocalModel model = await setup.LoadAsync(cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            model.Engine.Observer = repeater;
            await requests(model).ConfigureAwait(false);
        }

        return repeater.Report;
    }
}
