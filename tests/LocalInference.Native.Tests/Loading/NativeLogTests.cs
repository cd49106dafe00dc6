using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LocalInference.Native.Tests.Loading;

public sealed unsafe class NativeLogTests
{
    private readonly delegate* unmanaged[Cdecl]<ggml_log_level, byte*, void*, void> _log;

    public NativeLogTests()
    {
        // What the library itself would call.
        NativeRuntime.Get();
        nint library = LibraryLoader.Resolve(Llama.Library, typeof(NativeRuntime).Assembly, null);
        var get = (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<ggml_log_level, byte*, void*, void>*, void**, void>)NativeLibrary.GetExport(library, "llama_log_get");
        delegate* unmanaged[Cdecl]<ggml_log_level, byte*, void*, void> log;
        void* data;
        get(&log, &data);
        _log = log;
    }

    [Fact]
    public void Captures_warnings_and_errors_of_this_thread()
    {
        using NativeLog.Capture capture = NativeLog.Watch();
        Log(ggml_log_level.GGML_LOG_LEVEL_INFO, "loading\n");
        Log(ggml_log_level.GGML_LOG_LEVEL_WARN, "odd\n");
        Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "broken\n");
        var other = new Thread(() => Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "of another thread\n"));
        other.Start();
        other.Join();
        Assert.Equal(["odd", "broken"], capture.Lines, StringComparer.Ordinal);
        Assert.Equal("broken", capture.Last);
    }

    [Fact]
    public void An_inner_capture_gives_back_to_the_outer_one()
    {
        using NativeLog.Capture outer = NativeLog.Watch();
        using (NativeLog.Capture inner = NativeLog.Watch())
        {
            Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "inner\n");
            Assert.Equal("inner", inner.Last);
        }

        Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "outer\n");
        Assert.Equal(["outer"], outer.Lines, StringComparer.Ordinal);
    }

    [Fact]
    public void A_capture_does_not_grow_without_bound()
    {
        using NativeLog.Capture capture = NativeLog.Watch();
        for (int i = 0; i < 1000; i++)
        {
            Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, $"line {i}\n");
        }

        Assert.Equal(32, capture.Lines.Count);
    }

    [Fact]
    public void Pieces_of_a_line_arrive_as_one()
    {
        var logger = new RecordingLogger();
        using IDisposable subscription = NativeLog.Subscribe(logger);
        Log(ggml_log_level.GGML_LOG_LEVEL_WARN, "pieces: one,");
        Log(ggml_log_level.GGML_LOG_LEVEL_CONT, " two,");
        Log(ggml_log_level.GGML_LOG_LEVEL_CONT, " three\npieces: next\n");
        Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "pieces: unfinished");
        Log(ggml_log_level.GGML_LOG_LEVEL_INFO, "pieces: after\n");
        Assert.Equal(
            [
                (LogLevel.Warning, "pieces: one, two, three"),
                (LogLevel.Warning, "pieces: next"),
                (LogLevel.Error, "pieces: unfinished"),
                (LogLevel.Debug, "pieces: after"),
            ],
            logger.Lines.Where(line => line.Message.StartsWith("pieces: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_failing_logger_does_not_reach_native_code()
    {
        var logger = new RecordingLogger(fails: true);
        using (NativeLog.Subscribe(logger))
        {
            Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "failing: first\n");
            Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "failing: second\n");
        }

        Log(ggml_log_level.GGML_LOG_LEVEL_ERROR, "failing: third\n");
        Assert.Equal(
            ["failing: first", "failing: second"],
            logger.Lines.Select(line => line.Message).Where(message => message.StartsWith("failing: ", StringComparison.Ordinal)),
            StringComparer.Ordinal);
    }

    [Fact]
    public void The_library_itself_is_heard()
    {
        using NativeLog.Capture capture = NativeLog.Watch();
        fixed (byte* path = "/is/not/there.gguf\0"u8)
        {
            Assert.True(Llama.llama_model_load_from_file(path, Llama.llama_model_default_params()) == null);
        }

        Assert.Contains(capture.Lines, line => line.Contains("there.gguf", StringComparison.Ordinal));
    }

    private void Log(ggml_log_level level, string text)
    {
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(text + '\0'))
        {
            _log(level, utf8, null);
        }
    }
}
