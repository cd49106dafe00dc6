using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LocalInference.Tests;

/// <summary>A log that keeps its lines, of all categories, each with its exception behind it. Safe for concurrent use.</summary>
/// <param name="fails">Whether it throws once it has kept a line.</param>
internal sealed class RecordedLog(bool fails = false) : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string text = formatter(state, exception);
        _lines.Enqueue(exception is null ? text : $"{text} {exception}");
        if (fails)
        {
            throw new InvalidOperationException("There is no room for a line.");
        }
    }

    public void Dispose()
    {
    }
}
