using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LocalInference.Native.Tests.Loading;

/// <summary>Keeps what is logged, or fails.</summary>
internal sealed class RecordingLogger(bool fails = false) : ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Message)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue((logLevel, formatter(state, exception)));
        if (fails)
        {
            throw new InvalidOperationException("A logger of the host failed.");
        }
    }
}
