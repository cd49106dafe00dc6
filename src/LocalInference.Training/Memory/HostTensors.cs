using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Tensors in one block of host memory that ggml and we both write: parameters, inputs, activations that are kept. Zero at first.</summary>
internal sealed unsafe class HostTensors : IDisposable
{
    /// <summary>TENSOR_ALIGNMENT of ggml-impl.h, on which ggml_backend_cpu_buffer_from_ptr insists, or a cache line where that is longer.</summary>
    public const int Alignment = 64;

    private readonly long _capacity;
    private readonly ggml_context* _context;
    private readonly byte* _memory;
    private readonly ggml_backend_buffer* _buffer;
    private long _used;
    private int _left;
    private bool _disposed;

    /// <summary>Reserves memory.</summary>
    /// <param name="bytes">Sum of <see cref="Size"/> of all tensors.</param>
    /// <param name="tensors">How many there will be.</param>
    public HostTensors(long bytes, int tensors)
    {
        _capacity = Math.Max(bytes, Alignment);
        _left = tensors;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_capacity, Alignment);
        NativeMemory.Clear(_memory, (nuint)_capacity);
        _buffer = Ggml.ggml_backend_cpu_buffer_from_ptr(_memory, (nuint)_capacity);
        _context = Ggml.ggml_init(new ggml_init_params { mem_size = Ggml.ggml_tensor_overhead() * (nuint)(tensors + 1), no_alloc = 1 });
    }

    /// <summary>The bytes that a tensor takes here.</summary>
    public static long Size(ggml_type type, long ne0, long ne1 = 1) =>
        ((long)Ggml.ggml_row_size(type, ne0) * ne1 + Alignment - 1) / Alignment * Alignment;

    /// <summary>The next tensor.</summary>
    /// <exception cref="InvalidOperationException">Memory or headers that were reserved do not suffice.</exception>
    public ggml_tensor* Add(ggml_type type, long ne0, long ne1 = 1, long ne2 = 1)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long size = Size(type, ne0, ne1 * ne2);
        if (_left == 0 || size > _capacity - _used)
        {
            throw new InvalidOperationException($"{size} bytes do not fit into {_capacity - _used} of {_capacity}.");
        }

        ggml_tensor* tensor = Ggml.ggml_new_tensor_3d(_context, type, ne0, ne1, ne2);
        Ggml.ggml_backend_tensor_alloc(_buffer, tensor, _memory + _used);
        _used += size;
        _left--;
        return tensor;
    }

    /// <summary>The elements of a tensor here.</summary>
    public static Span<T> Elements<T>(ggml_tensor* tensor)
        where T : unmanaged =>
        new(tensor->data, checked((int)Ggml.ggml_nelements(tensor)));

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Ggml.ggml_free(_context);
        Ggml.ggml_backend_buffer_free(_buffer);
        NativeMemory.AlignedFree(_memory);
    }
}
