using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Keeps or drops each element by a hash of its index; forward and back alike.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct DropoutKernel(ulong key, float probability)
{
    private readonly ulong _key = key;

    // An element is dropped if the upper 32 bits of its hash are below this.
    private readonly ulong _threshold = (ulong)(probability * (1UL << 32));
    private readonly float _scale = 1 / (1 - probability);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Run(ggml_tensor* result, ggml_tensor* x, int thread, int threads, void* state)
    {
        DropoutKernel kernel = *(DropoutKernel*)state;
        (long first, long end) = CustomOperation.Share(Ggml.ggml_nelements(x), thread, threads);
        float* from = (float*)x->data;
        float* to = (float*)result->data;
        for (long i = first; i < end; i++)
        {
            to[i] = RandomBits.Mix(kernel._key + (ulong)i) >> 32 < kernel._threshold ? 0 : from[i] * kernel._scale;
        }
    }
}
