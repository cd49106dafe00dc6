using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LocalInference.Native;

/// <summary>
/// Where llama.cpp's log goes: to every logger that a loaded model brought, and, while a call is watched, to the caller,
/// because libllama says why a load failed in its log only. llama.cpp keeps one callback for the whole process.
/// </summary>
internal static unsafe class NativeLog
{
    private const int MaxCapturedLines = 32;

    private static readonly Lock s_gate = new();
    private static ILogger[] s_loggers = [];

    [ThreadStatic]
    private static StringBuilder? t_line;

    [ThreadStatic]
    private static ggml_log_level t_level;

    [ThreadStatic]
    private static List<string>? t_captured;

    /// <summary>Sends llama.cpp's log and its last words before an abort here instead of to standard error.</summary>
    public static void Install()
    {
        Llama.llama_log_set(&OnLog, null);
        Ggml.ggml_set_abort_callback(&OnAbort);
    }

    /// <summary>Adds a logger until the result is disposed.</summary>
    public static IDisposable Subscribe(ILogger logger)
    {
        lock (s_gate)
        {
            s_loggers = [.. s_loggers, logger];
        }

        return new Subscription(logger);
    }

    /// <summary>Collects the warnings and errors that native calls of this thread log until the result is disposed.</summary>
    public static Capture Watch() => new();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(ggml_log_level level, byte* text, void* userData)
    {
        try
        {
            // A line that nobody reads takes no string: some are logged between two tokens.
            Append(level, IsRead(level) ? Marshal.PtrToStringUTF8((nint)text) ?? "" : "");
        }
        catch (Exception)
        {
            // No exception may cross into native frames, and a failing logger must not fail an inference.
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnAbort(byte* message)
    {
        try
        {
            string text = Marshal.PtrToStringUTF8((nint)message) ?? "";

            // The process ends when this returns: standard error reaches whoever looks at the corpse.
            Console.Error.WriteLine($"llama.cpp aborts the process: {text}");
            foreach (ILogger logger in Volatile.Read(ref s_loggers))
            {
                Log.Abort(logger, text);
            }
        }
        catch (Exception)
        {
            // As above.
        }
    }

    private static bool IsRead(ggml_log_level level) =>
        (level == ggml_log_level.GGML_LOG_LEVEL_CONT ? t_level : level) is ggml_log_level.GGML_LOG_LEVEL_ERROR or ggml_log_level.GGML_LOG_LEVEL_WARN
        || Array.Exists(Volatile.Read(ref s_loggers), static logger => logger.IsEnabled(LogLevel.Debug));

    // llama.cpp logs pieces of lines; a piece with level CONT continues the line before it.
    private static void Append(ggml_log_level level, string text)
    {
        StringBuilder line = t_line ??= new StringBuilder();
        if (level != ggml_log_level.GGML_LOG_LEVEL_CONT)
        {
            Flush(line);
            t_level = level;
        }

        foreach (ReadOnlySpan<char> part in new LineParts(text))
        {
            if (part is "\n")
            {
                Flush(line);
            }
            else
            {
                line.Append(part);
            }
        }
    }

    private static void Flush(StringBuilder line)
    {
        if (line.Length == 0)
        {
            return;
        }

        string text = line.ToString();
        line.Clear();

        if (t_level is ggml_log_level.GGML_LOG_LEVEL_ERROR or ggml_log_level.GGML_LOG_LEVEL_WARN
            && t_captured is { Count: < MaxCapturedLines } captured)
        {
            captured.Add(text);
        }

        foreach (ILogger logger in Volatile.Read(ref s_loggers))
        {
            switch (t_level)
            {
                case ggml_log_level.GGML_LOG_LEVEL_ERROR:
                    Log.Error(logger, text);
                    break;
                case ggml_log_level.GGML_LOG_LEVEL_WARN:
                    Log.Warning(logger, text);
                    break;
                default:
                    // llama.cpp says dozens of lines at its level "info" on every load; ours are for the host's reader.
                    Log.Debug(logger, text);
                    break;
            }
        }
    }

    /// <summary>What was captured since <see cref="Watch"/>; dispose it on the thread that made it.</summary>
    internal sealed class Capture : IDisposable
    {
        private readonly List<string>? _outer = t_captured;
        private readonly List<string> _lines = t_captured = [];

        /// <summary>The last captured line, or <see langword="null"/>.</summary>
        public string? Last => _lines.Count > 0 ? _lines[^1] : null;

        /// <summary>All captured lines.</summary>
        public IReadOnlyList<string> Lines => _lines;

        public void Dispose() => t_captured = _outer;
    }

    private sealed class Subscription(ILogger logger) : IDisposable
    {
        private ILogger? _logger = logger;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _logger, null) is not { } mine)
            {
                return;
            }

            lock (s_gate)
            {
                int index = Array.IndexOf(s_loggers, mine);
                s_loggers = [.. s_loggers[..index], .. s_loggers[(index + 1)..]];
            }
        }
    }

    // Splits "a\nb" into "a", "\n", "b" without allocating.
    private ref struct LineParts(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _rest = text;

        public ReadOnlySpan<char> Current { get; private set; }

        public readonly LineParts GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            int end = _rest.IndexOf('\n');
            int length = end switch { 0 => 1, < 0 => _rest.Length, _ => end };
            Current = _rest[..length];
            _rest = _rest[length..];
            return true;
        }
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, Exception?> s_debug =
            LoggerMessage.Define<string>(LogLevel.Debug, new EventId(100, "LlamaDebug"), "{Message}");

        private static readonly Action<ILogger, string, Exception?> s_warning =
            LoggerMessage.Define<string>(LogLevel.Warning, new EventId(101, "LlamaWarning"), "{Message}");

        private static readonly Action<ILogger, string, Exception?> s_error =
            LoggerMessage.Define<string>(LogLevel.Error, new EventId(102, "LlamaError"), "{Message}");

        private static readonly Action<ILogger, string, Exception?> s_abort =
            LoggerMessage.Define<string>(LogLevel.Critical, new EventId(103, "LlamaAbort"), "llama.cpp aborts the process: {Message}");

        public static void Debug(ILogger logger, string message) => s_debug(logger, message, null);

        public static void Warning(ILogger logger, string message) => s_warning(logger, message, null);

        public static void Error(ILogger logger, string message) => s_error(logger, message, null);

        public static void Abort(ILogger logger, string message) => s_abort(logger, message, null);
    }
}
