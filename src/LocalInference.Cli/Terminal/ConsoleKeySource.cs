namespace LocalInference.Cli.Terminal;

/// <summary>The keys of the process's own terminal.</summary>
internal sealed class ConsoleKeySource : IKeySource
{
    public bool KeyAvailable => Console.KeyAvailable;

    public IDisposable BeginEditing() => new ControlCAsKey();

    public ConsoleKeyInfo? Read()
    {
        try
        {
            return Console.ReadKey(intercept: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            return null;
        }
    }

    private sealed class ControlCAsKey : IDisposable
    {
        public ControlCAsKey() => Console.TreatControlCAsInput = true;

        public void Dispose() => Console.TreatControlCAsInput = false;
    }
}
