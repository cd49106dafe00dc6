using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>Registers one backend and has each of its devices multiply matrices of every kind that models are made of.</summary>
internal sealed unsafe class ProbeBackend(EventWriter events)
{
    // The numbers of normal models, and those whose kernels use instructions of their own: AMX for Q8_0 and the K-quants,
    // AVX512-BF16 for BF16, half-precision units for F16.
    private static readonly ggml_type[] s_types =
    [
        ggml_type.GGML_TYPE_F32,
        ggml_type.GGML_TYPE_F16,
        ggml_type.GGML_TYPE_BF16,
        ggml_type.GGML_TYPE_Q8_0,
        ggml_type.GGML_TYPE_Q4_0,
        ggml_type.GGML_TYPE_Q4_K,
        ggml_type.GGML_TYPE_Q6_K,
    ];

    public JsonElement Run(ProbeBackendJob job, CancellationToken cancellationToken)
    {
        events.Progress("loading the libraries");
        LoadLibraries(job.LibraryDirectory);
        cancellationToken.ThrowIfCancellationRequested();

        events.Progress($"registering {Path.GetFileName(job.BackendPath)}");
        ggml_backend_reg* registry = Register(job.BackendPath);

        var devices = new List<string>();
        int computations = 0;
        string? fault = null;
        nuint count = Ggml.ggml_backend_reg_dev_count(registry);
        for (nuint i = 0; i < count && fault is null; i++)
        {
            ggml_backend_device* handle = Ggml.ggml_backend_reg_dev_get(registry, i);
            string name = Marshal.PtrToStringUTF8((nint)Ggml.ggml_backend_dev_name(handle)) ?? "";
            events.Progress($"opening {name}");
            using var device = new ProbedDevice(registry, handle, name);
            devices.Add(name);
            foreach (MatrixProduct product in Products(device))
            {
                cancellationToken.ThrowIfCancellationRequested();
                events.Progress(product.ToString());
                computations++;
                if (product.FindFault() is { } wrong)
                {
                    fault = $"{product} {wrong}";
                    break;
                }
            }
        }

        return JsonSerializer.SerializeToElement(new BackendReport(devices, computations, fault), WorkerJson.Default.BackendReport);
    }

    private static IEnumerable<MatrixProduct> Products(ProbedDevice device) =>
        from type in s_types
        let matrix = new ProbeMatrix(type)
        from memory in device.WeightMemories
        from columns in MatrixProduct.Columns
        let product = new MatrixProduct(device, memory, matrix, columns)
        where product.IsSupported()
        select product;

    private static void LoadLibraries(string directory)
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeRuntime).Assembly, LibraryLoader.Resolve);
        if (new LibraryLoader(new ProbeTrace()).Load(new LibraryDirectory(directory)) is { } failure)
        {
            throw JobFailedException.NativeLibrary(failure.Reason, failure.NextStep);
        }

        NativeLog.Install();
    }

    private static ggml_backend_reg* Register(string path)
    {
        using NativeLog.Capture log = NativeLog.Watch();
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
        {
            ggml_backend_reg* registry = GgmlRegistry.ggml_backend_load(utf8);
            return registry != null
                ? registry
                : throw JobFailedException.NativeLibrary($"{path} could not be registered: {log.Last ?? "ggml refused it"}", NextSteps.Dependencies);
        }
    }
}
