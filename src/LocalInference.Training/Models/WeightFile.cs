using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// The tensors of a model file as ggml's, without a copy: the pages of the file are the weights, shared with whoever else has it mapped.
/// No weight goes into the buffers that the CPU backend repacks for AMX, because those can be multiplied and nothing else.
/// </summary>
internal sealed unsafe class WeightFile : IDisposable
{
    // TENSOR_ALIGNMENT of ggml-impl.h: ggml_backend_cpu_buffer_from_ptr ends the process over anything less.
    private const int RequiredAlignment = 32;

    private readonly GgufFile _file;
    private readonly ggml_context* _context;
    private readonly List<nint> _buffers = [];
    private readonly List<nint> _copies = [];
    private bool _disposed;

    /// <summary>Takes an open file and closes it in the end.</summary>
    public WeightFile(GgufFile file)
    {
        _file = file;
        _context = Ggml.ggml_init(new ggml_init_params { mem_size = Ggml.ggml_tensor_overhead() * (nuint)(file.Tensors.Length + 1), no_alloc = 1 });
    }

    /// <summary>A tensor of the file, each asked for once.</summary>
    public ggml_tensor* Load(GgufTensorInfo info)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long rows = info.Dimensions.Length > 1 ? info.Dimensions[1] : 1;
        ggml_tensor* tensor = Ggml.ggml_new_tensor_2d(_context, (ggml_type)info.Type, info.Dimensions[0], rows);
        void* data = Data(info);
        ggml_backend_buffer* buffer = Ggml.ggml_backend_cpu_buffer_from_ptr(data, (nuint)info.ByteLength);
        _buffers.Add((nint)buffer);
        Ggml.ggml_backend_tensor_alloc(buffer, tensor, data);
        return tensor;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Ggml.ggml_free(_context);
        _buffers.ForEach(static b => Ggml.ggml_backend_buffer_free((ggml_backend_buffer*)b));
        _copies.ForEach(static c => NativeMemory.AlignedFree((void*)c));
        _file.Dispose();
    }

    private void* Data(GgufTensorInfo info)
    {
        // One byte is asked for, because a span cannot be longer than 2 GiB; the mapping behind it is whole.
        void* mapped = Unsafe.AsPointer(ref MemoryMarshal.GetReference(_file.GetTensorData(info, 0, 1)));
        if ((nuint)mapped % RequiredAlignment == 0)
        {
            return mapped;
        }

        // The file aligns its tensors to less.
        void* copy = NativeMemory.AlignedAlloc((nuint)info.ByteLength, HostTensors.Alignment);
        _copies.Add((nint)copy);
        NativeMemory.Copy(mapped, copy, (nuint)info.ByteLength);
        return copy;
    }
}
