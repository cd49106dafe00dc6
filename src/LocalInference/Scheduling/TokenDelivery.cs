using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace LocalInference;

/// <summary>
/// Runs the readers that tokens have come for, one after the other, on a thread of its own: waking the thread pool for each token takes more
/// CPU time than most readers do (of 2 cores that compute, 86 µs a token of 8 streams with the pool, 61 with this). What a reader does there is
/// not ours: if one keeps the thread, the pool runs the others, the first time from the next step on.
/// </summary>
internal static class TokenDelivery
{
    /// <summary>The thread's name; as Linux shows it, all of it.</summary>
    public const string ThreadName = "Token delivery";

    private static readonly ConcurrentQueue<TokenQueue> s_ready = new();
    private static readonly AutoResetEvent s_wake = new(initialState: false);
    private static readonly Relief s_relief = new();
    private static int s_sleeps;
    private static int s_isAsked;

    // A reader was still with the thread a step later, or there is no thread: what is added goes to the pool at once.
    private static volatile bool s_isKept;
    private static long s_added;
    private static long s_begun;

    [ThreadStatic]
    private static bool t_isCurrent;

    static TokenDelivery()
    {
        try
        {
            // Without the context of whoever loaded the first model.
            new Thread(Run) { IsBackground = true, Name = ThreadName }.UnsafeStart();
        }
        catch (OutOfMemoryException)
        {
            // The system gives no more threads.
            s_isKept = true;
        }
    }

    /// <summary>Leaves its thread, if the caller runs there: before anything that takes long, as other readers need it.</summary>
    public static ConfiguredTaskAwaitable LeaveAsync() => Task.CompletedTask.ConfigureAwait(t_isCurrent ? ConfigureAwaitOptions.ForceYielding : ConfigureAwaitOptions.None);

    /// <summary>Hands over a reader that waits, and that something was written for.</summary>
    public static void Add(TokenQueue queue)
    {
        Interlocked.Increment(ref s_added);
        s_ready.Enqueue(queue);
        if (Interlocked.Exchange(ref s_sleeps, 0) == 1)
        {
            s_wake.Set();
        }

        if (s_isKept)
        {
            s_relief.Ask();
        }
    }

    /// <summary>
    /// Called by each engine between its steps, and before it sleeps: the pool takes over if what was ready the last time has not begun yet,
    /// or if nobody would look again.
    /// </summary>
    /// <param name="added">The caller's own: how many readers were handed over the last time.</param>
    /// <param name="isLast">Nothing is computed for now.</param>
    public static void Relieve(ref long added, bool isLast)
    {
        bool isBehind = Volatile.Read(ref s_begun) < added;
        added = Volatile.Read(ref s_added);
        s_isKept |= isBehind;
        if (isBehind || (isLast && !s_ready.IsEmpty))
        {
            s_relief.Ask();
        }
    }

    private static bool TryTake([NotNullWhen(true)] out TokenQueue? queue)
    {
        if (!s_ready.TryDequeue(out queue))
        {
            return false;
        }

        Interlocked.Increment(ref s_begun);
        return true;
    }

    private static void Run()
    {
        t_isCurrent = true;
        while (true)
        {
            while (TryTake(out TokenQueue? queue))
            {
                queue.Deliver();
                s_isKept = false;
            }

            s_isKept = false;

            // Either Add sees that it sleeps, or it sees what was added.
            Interlocked.Exchange(ref s_sleeps, 1);
            if (s_ready.IsEmpty || Interlocked.Exchange(ref s_sleeps, 0) == 0)
            {
                s_wake.WaitOne();
            }
        }
    }

    // One item of the pool at a time waits for its turn.
    private sealed class Relief : IThreadPoolWorkItem
    {
        public void Ask()
        {
            if (Interlocked.Exchange(ref s_isAsked, 1) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        public void Execute()
        {
            // With a full fence: who adds something now either is seen below, or asks again.
            Interlocked.Exchange(ref s_isAsked, 0);
            while (TryTake(out TokenQueue? queue))
            {
                if (!s_ready.IsEmpty)
                {
                    // This reader may not come back either.
                    Ask();
                }

                queue.Deliver();
            }
        }
    }
}
