using System.Runtime.InteropServices;

namespace LocalInference.Cli.Terminal;

/// <summary>
/// Ctrl-C. The latest subscriber is told and the process goes on; when it is pressed again before that subscriber is done,
/// the process ends as it would have without us. Thread safe.
/// </summary>
internal sealed class Interrupts
{
    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = [];

    /// <summary>Listens to the process's SIGINT until disposed of.</summary>
    public IDisposable Listen() => PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = Signal());

    public IDisposable Subscribe(Action handler)
    {
        Subscription subscription = new(this, handler);
        lock (_lock)
        {
            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    /// <summary>Tells the latest subscriber; <see langword="false"/> if it was told before, or if there is none.</summary>
    public bool Signal()
    {
        Subscription? latest;
        lock (_lock)
        {
            latest = _subscriptions.LastOrDefault();
            if (latest is null || latest.Told)
            {
                return false;
            }

            latest.Told = true;
        }

        latest.Handler();
        return true;
    }

    private sealed class Subscription(Interrupts owner, Action handler) : IDisposable
    {
        public Action Handler { get; } = handler;

        public bool Told { get; set; }

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._subscriptions.Remove(this);
            }
        }
    }
}
