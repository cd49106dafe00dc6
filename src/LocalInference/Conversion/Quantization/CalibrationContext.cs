using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>A llama context that shows what its matrices are multiplied with. Used by one thread.</summary>
internal sealed unsafe class CalibrationContext : IDisposable
{
    // 128 rows of 152,000 logits are 78 MB.
    private const int MostRows = 128;

    private readonly ContextHandle _context;
    private readonly BatchBuffer _batch;
    private GCHandle _sums;

    /// <param name="model">The weights.</param>
    /// <param name="sums">Told of each product.</param>
    /// <param name="length">Tokens that a piece of text has at most.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <exception cref="ModelMemoryException">llama.cpp could not create it.</exception>
    public CalibrationContext(ModelHandle model, ActivationSums sums, int length, int threads)
    {
        _sums = GCHandle.Alloc(sums);
        uint rows = (uint)Math.Min(length, MostRows);
        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)length;
        parameters.n_batch = rows;
        parameters.n_ubatch = rows;

        // The last layer leaves out rows of which no output is wanted, and they count as well.
        parameters.n_outputs_max = rows;
        parameters.n_outputs_max_per_seq = rows;
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.cb_eval = (delegate* unmanaged[Cdecl]<ggml_tensor*, byte, void*, byte>)&OnNode;
        parameters.cb_eval_user_data = (void*)GCHandle.ToIntPtr(_sums);
        using NativeLog.Capture log = NativeLog.Watch();
        llama_context* context = Llama.llama_init_from_model(model.Pointer, parameters);
        if (context == null)
        {
            _sums.Free();
            throw ExceptionFactory.ContextCreation(length, log.Last);
        }

        _context = new ContextHandle(context, model);
        _batch = new BatchBuffer((int)rows);
    }

    /// <summary>Computes a piece of text by itself.</summary>
    /// <exception cref="NativeLibraryException">llama.cpp failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Compute(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        _context.ClearTokens();
        for (int start = 0; start < tokens.Length; start += MostRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Compute(tokens[start..Math.Min(start + MostRows, tokens.Length)], start);
        }
    }

    public void Dispose()
    {
        _context.Dispose();
        _batch.Dispose();
        _sums.Free();
    }

    private void Compute(ReadOnlySpan<int> tokens, int position)
    {
        _batch.Clear();
        _batch.Add(tokens, position, sequence: 0, logits: tokens.Length);
        int result = Llama.llama_decode(_context.Pointer, _batch.Value);
        if (result != 0)
        {
            throw ExceptionFactory.NativeLibrary($"llama.cpp failed to compute {tokens.Length} tokens (code {result})", "Look at the log for the cause.");
        }
    }

    // ggml_backend_sched_eval_callback: asked first whether a node is of interest, and told of it again when it was computed.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte OnNode(ggml_tensor* node, byte ask, void* sums)
    {
        bool isProduct = ActivationSums.IsProductOfWeights(node);
        if (ask == 0 && isProduct)
        {
            ((ActivationSums)GCHandle.FromIntPtr((nint)sums).Target!).Add(node);
        }

        return ask == 0 || isProduct ? (byte)1 : (byte)0;
    }
}
