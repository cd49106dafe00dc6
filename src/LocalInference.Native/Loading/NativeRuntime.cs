using System.Runtime.InteropServices;
using LocalInference.Abstractions;

namespace LocalInference.Native;

/// <summary>
/// The process-wide state of llama.cpp: the loaded libraries, the registered backends, the log and abort callbacks and the way
/// to make threadpools. Loaded on first use, once; a failure stays a failure until the process ends. Safe on any thread.
/// </summary>
internal sealed unsafe class NativeRuntime
{
    private static readonly Lazy<LoadResult> s_result = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);
    private static readonly Lock s_threadsGate = new();

    private readonly nuint _deviceCount;
    private readonly delegate* unmanaged[Cdecl]<ggml_threadpool_params*, ggml_threadpool*> _threadpoolNew;
    private readonly delegate* unmanaged[Cdecl]<ggml_threadpool*, void> _threadpoolFree;

    private NativeRuntime(LibraryDirectory directory, string version, string cpuVariant)
    {
        Directory = directory.Path;
        Version = version;
        CpuVariant = cpuVariant;
        SupportsGpu = Llama.llama_supports_gpu_offload() != 0;
        _deviceCount = GgmlRegistry.ggml_backend_dev_count();

        // The threadpool lives in the CPU backend, which has no name of its own to import from.
        _threadpoolNew = (delegate* unmanaged[Cdecl]<ggml_threadpool_params*, ggml_threadpool*>)CpuProcedure("ggml_threadpool_new"u8);
        _threadpoolFree = (delegate* unmanaged[Cdecl]<ggml_threadpool*, void>)CpuProcedure("ggml_threadpool_free"u8);
    }

    /// <summary>Whether llama.cpp can be used in this process. Loads it if that was not tried yet; never throws.</summary>
    public static bool IsSupported => s_result.Value.Runtime is not null;

    /// <summary>Why not, or <see langword="null"/>.</summary>
    public static LoadFailure? Failure => s_result.Value.Failure;

    /// <summary>Everything the loader tried.</summary>
    public static IReadOnlyList<ProbeStep> Trace => s_result.Value.Trace.Steps;

    /// <summary>The folder whose libraries are loaded.</summary>
    public string Directory { get; }

    /// <summary>What <c>llama_version</c> says.</summary>
    public string Version { get; }

    /// <summary>Which CPU build runs.</summary>
    public string CpuVariant { get; }

    /// <summary>Whether a device other than the CPU can hold layers.</summary>
    public bool SupportsGpu { get; }

    /// <summary>Whether there is no backend but the CPU's, which then computes every node of a graph.</summary>
    public bool HasOnlyCpu => _deviceCount == 1;

    /// <summary>The loaded runtime.</summary>
    /// <exception cref="NativeLibraryException">It could not be loaded.</exception>
    public static NativeRuntime Get()
    {
        LoadResult result = s_result.Value;
        return result.Runtime ?? throw ExceptionFactory.NativeLibrary(result.Failure!.Reason, result.Failure.NextStep);
    }

    /// <summary>Devices of all registered backends.</summary>
    public IReadOnlyList<ComputeDevice> Devices()
    {
        var devices = new List<ComputeDevice>();
        for (nuint i = 0; i < _deviceCount; i++)
        {
            ggml_backend_dev_props props;
            Ggml.ggml_backend_dev_get_props(GgmlRegistry.ggml_backend_dev_get(i), &props);
            devices.Add(new(
                Text(props.name),
                Text(props.description),
                props.type.ToString()["GGML_BACKEND_DEVICE_TYPE_".Length..].ToLowerInvariant(),
                (long)props.memory_free,
                (long)props.memory_total));
        }

        return devices;
    }

    /// <summary>Instruction sets and features that the CPU backend was built with and found, such as <c>AVX2</c>.</summary>
    public IReadOnlyList<string> CpuFeatures()
    {
        ggml_backend_reg* cpu = CpuRegistry();
        var getFeatures = (delegate* unmanaged[Cdecl]<ggml_backend_reg*, ggml_backend_feature*>)CpuProcedure("ggml_backend_get_features"u8);
        var features = new List<string>();
        for (ggml_backend_feature* feature = getFeatures(cpu); feature->name != null; feature++)
        {
            if (Text(feature->value) != "0")
            {
                features.Add(Text(feature->name));
            }
        }

        return features;
    }

    /// <summary>Makes a threadpool of the given size.</summary>
    /// <param name="threads">Threads, the calling one included; 1 makes a pool without workers.</param>
    /// <param name="poll">How long workers spin before they sleep, 0 (not at all) to 100.</param>
    /// <exception cref="NativeLibraryException">The system does not let the process start so many threads, or ggml takes no such number.</exception>
    public ThreadpoolHandle CreateThreadpool(int threads, int poll) =>
        TryCreateThreadpool(threads, poll)
        ?? throw ExceptionFactory.NativeLibrary($"A threadpool of {threads} threads could not be made", $"Raise the limit of threads of the process or its container, or ask for 1 to {Ggml.MaxThreads} threads.");

    /// <summary>As <see cref="CreateThreadpool"/>, but <see langword="null"/> where that fails: for those who have a pool already.</summary>
    public ThreadpoolHandle? TryCreateThreadpool(int threads, int poll)
    {
        if (threads is < 1 or > Ggml.MaxThreads)
        {
            return null;
        }

        ggml_threadpool_params parameters;
        Ggml.ggml_threadpool_params_init(&parameters, threads);
        parameters.poll = (uint)poll;

        // One at a time: two would count on the same room.
        lock (s_threadsGate)
        {
            return ThreadLimit.Allows(threads - 1) ? new ThreadpoolHandle(_threadpoolNew(&parameters), _threadpoolFree) : null;
        }
    }

    private static LoadResult Load()
    {
        var trace = new ProbeTrace();
        LoadFailure? failure = null;
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(NativeRuntime).Assembly, LibraryLoader.Resolve);
            foreach (LibraryDirectory directory in LibraryDirectory.Candidates())
            {
                if (!System.IO.Directory.Exists(directory.Path))
                {
                    trace.Skipped(directory.Path, "not there");
                    failure = directory.IsConfigured
                        ? new($"{LibraryDirectory.Variable} names {directory.Path}, which is not there", NextSteps.RightVersion)
                        : failure;
                    continue;
                }

                var libraries = new LibraryLoader(trace);
                failure = libraries.Load(directory);
                if (failure is not null)
                {
                    continue;
                }

                NativeLog.Install();
                var backends = new BackendLoader(BackendProbe.Default(), trace);
                failure = backends.Load(directory);
                if (failure is null)
                {
                    Llama.llama_backend_init();
                    return new(new NativeRuntime(directory, libraries.Version, backends.CpuVariant), null, trace);
                }

                // The libraries are in the process now; another folder's would bind to them.
                break;
            }
        }
        catch (Exception e)
        {
            failure = new($"Loading llama.cpp failed: {e.Message}", NextSteps.Reinstall);
        }

        return new(null, failure ?? new($"No llama.cpp libraries for {LibraryDirectory.RuntimeIdentifier} were found beside the application", NextSteps.Reinstall), trace);
    }

    private static ggml_backend_reg* CpuRegistry()
    {
        fixed (byte* name = "CPU\0"u8)
        {
            return GgmlRegistry.ggml_backend_reg_by_name(name);
        }
    }

    /// <summary>A function that the CPU backend gives out by name only; <see langword="null"/> if it has none.</summary>
    internal static void* CpuProcedure(ReadOnlySpan<byte> name)
    {
        fixed (byte* utf8 = name)
        {
            // u8 literals end with a zero byte that their length does not count.
            return Ggml.ggml_backend_reg_get_proc_address(CpuRegistry(), utf8);
        }
    }

    private static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";

    private sealed record LoadResult(NativeRuntime? Runtime, LoadFailure? Failure, ProbeTrace Trace);
}
