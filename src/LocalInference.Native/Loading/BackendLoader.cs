using System.Runtime.InteropServices;
using System.Text;

namespace LocalInference.Native;

/// <summary>
/// Registers the compute backends of a folder with ggml: every GPU or accelerator backend that works, and the best CPU
/// build for this processor. ggml would pick the same CPU build by itself, but could not be told to leave out one that traps
/// when it computes, nor say which one it took.
/// </summary>
internal sealed class BackendLoader(BackendProbe probe, ProbeTrace trace)
{
    /// <summary>File name of the CPU build in use, without prefix and extension: <c>haswell</c>, <c>zen4</c>, …</summary>
    public string CpuVariant { get; private set; } = "built in";

    public LoadFailure? Load(LibraryDirectory directory)
    {
        var registered = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in directory.OtherBackends.Where(IsLoadable))
        {
            string name = Path.GetFileName(path);
            if (registered.Contains(name))
            {
                trace.Skipped(path, "its newer build is in use");
            }
            else if (Register(directory, path, score: null))
            {
                registered.Add(name);
            }
        }

        if (HasDevice(ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU))
        {
            // A build without loadable backends carries its CPU backend inside libggml.
            trace.Ok(directory.Path, "the CPU backend is part of libggml");
            return null;
        }

        List<(string Path, int Score)> variants = [.. directory.CpuBackends
            .Where(IsLoadable)
            .Select(path => (Path: path, Score: Score(path)))
            .OrderByDescending(variant => variant.Score)];
        foreach ((string path, int score) in variants)
        {
            if (score <= 0)
            {
                trace.Skipped(path, "this processor lacks its instructions");
            }
            else if (Register(directory, path, score))
            {
                CpuVariant = VariantName(path);
                foreach ((string other, int lower) in variants.SkipWhile(v => v.Path != path).Skip(1).Where(v => v.Score > 0))
                {
                    trace.Skipped(other, $"scores {lower}");
                }

                return null;
            }
        }

        return new(
            variants.Count == 0 ? $"{directory.Path} has no CPU backend (libggml-cpu*)" : $"no CPU backend in {directory.Path} works on this processor",
            NextSteps.Reinstall);
    }

    // A damaged file would end the process while it is loaded, before anything can be asked of it.
    private bool IsLoadable(string path)
    {
        string? mismatch;
        try
        {
            mismatch = BinaryImage.FindMismatch(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mismatch = e.Message;
        }

        if (mismatch is not null)
        {
            trace.Failed(path, mismatch);
        }

        return mismatch is null;
    }

    private unsafe bool Register(LibraryDirectory directory, string path, int? score)
    {
        ProbeVerdict verdict = probe.Judge(directory, path);
        if (verdict.Fault is { } fault)
        {
            trace.Failed(path, $"{fault}; {verdict.Note}");
            return false;
        }

        using NativeLog.Capture log = NativeLog.Watch();
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
        {
            if (GgmlRegistry.ggml_backend_load(utf8) == null)
            {
                trace.Failed(path, log.Last ?? "ggml refused it");
                return false;
            }
        }

        trace.Ok(path, (score is { } s ? $"registered, scores {s}; " : "registered; ") + verdict.Note);
        return true;
    }

    // 0: the processor cannot run it; more: the more of the processor it uses. A build without the function is the only one.
    private static unsafe int Score(string path)
    {
        if (!NativeLibrary.TryLoad(path, out nint library))
        {
            return 0;
        }

        try
        {
            return NativeLibrary.TryGetExport(library, "ggml_backend_score", out nint score)
                ? ((delegate* unmanaged[Cdecl]<int>)score)()
                : 1;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    private static unsafe bool HasDevice(ggml_backend_dev_type type) => GgmlRegistry.ggml_backend_dev_by_type(type) != null;

    private static string VariantName(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        int start = name.IndexOf("ggml-cpu", StringComparison.Ordinal) + "ggml-cpu".Length;
        string variant = name[start..].TrimStart('-');
        return variant.Length == 0 ? "generic" : variant;
    }
}
