using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>One call of llama_model_quantize, with the memory that its parameters point to.</summary>
internal sealed unsafe class QuantizationCall : IDisposable
{
    /// <summary>
    /// Bytes of rows that llama.cpp holds at once, before and after, beside the mapped model. Rows are quantized one by one, so it
    /// changes nothing else; llama.cpp's own default is 8 GiB.
    /// </summary>
    private const int BufferBytes = 256 << 20;

    // GGUF_DEFAULT_ALIGNMENT in gguf.h.
    private const int Alignment = 32;

    private readonly List<GCHandle> _pinned = [];
    private readonly llama_model_imatrix_data[]? _importances;
    private readonly List<llama_model_kv_override> _metadata = [];
    private llama_model_quantize_params _parameters;

    public QuantizationCall(GgufFile file, QuantizationOptions options, ImportanceMatrix? matrix)
    {
        _parameters = Llama.llama_model_quantize_default_params();
        _parameters.ftype = (llama_ftype)options.Type;
        _parameters.nthread = options.EffectiveThreads;
        _parameters.output_tensor_type = (ggml_type?)options.OutputTensorType ?? ggml_type.GGML_TYPE_COUNT;
        _parameters.token_embedding_type = (ggml_type?)options.TokenEmbeddingType ?? ggml_type.GGML_TYPE_COUNT;
        _parameters.allow_requantize = options.AllowRequantize ? (byte)1 : (byte)0;
        _parameters.max_buf_size = BufferBytes;

        // Tensors are written at multiples of 32 whatever the model's own alignment is, which is copied (llama-quant.cpp).
        if (file.Metadata.ContainsKey("general.alignment"))
        {
            _metadata.Add(MetadataOverride.Of("general.alignment", Alignment));
        }

        if (matrix is not null)
        {
            _importances = [.. matrix.Entries.Select(entry => new llama_model_imatrix_data { name = (byte*)Pin(Utf8(entry.Key)), data = (float*)Pin(entry.Value), size = (nuint)entry.Value.Length }), default];
            Describe(matrix);
        }
    }

    /// <summary>Runs it, on this thread.</summary>
    /// <param name="input">The model.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="cancellationToken">Stops it after the tensor that is being quantized.</param>
    /// <returns>Why it failed, or <see langword="null"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was written is not whole.</exception>
    public string? Run(string input, string output, CancellationToken cancellationToken)
    {
        llama_model_kv_override[] metadata = [.. _metadata, default];
        using NativeLog.Capture log = NativeLog.Watch();
        fixed (byte* from = Utf8(input))
        fixed (byte* to = Utf8(output))
        fixed (llama_model_imatrix_data* importances = _importances)
        fixed (llama_model_kv_override* overrides = metadata)
        fixed (llama_model_quantize_params* parameters = &_parameters)
        {
            parameters->imatrix = importances;
            parameters->kv_overrides = _metadata.Count > 0 ? overrides : null;

            // No callback ends it, but the main loop of llama_model_quantize_impl (llama-quant.cpp) asks the parameters before each tensor
            // whether anything is to be computed at all: from then on tensors are only counted.
            using CancellationTokenRegistration registration = cancellationToken.Register(() => Volatile.Write(ref _parameters.dry_run, 1));
            uint result = Llama.llama_model_quantize(from, to, parameters);
            cancellationToken.ThrowIfCancellationRequested();
            return result == 0 ? null : Reason(log);
        }
    }

    public void Dispose()
    {
        foreach (GCHandle handle in _pinned)
        {
            handle.Free();
        }

        _pinned.Clear();
    }

    // As llama.cpp's tool does it, without the folders of the file, which are nobody's business.
    private void Describe(ImportanceMatrix matrix)
    {
        _metadata.Add(MetadataOverride.Of("quantize.imatrix.file", Path.GetFileName(matrix.Path)));
        if (matrix.Datasets.Count > 0)
        {
            _metadata.Add(MetadataOverride.Of("quantize.imatrix.dataset", Path.GetFileName(matrix.Datasets[0])));
        }

        _metadata.Add(MetadataOverride.Of("quantize.imatrix.entries_count", matrix.Entries.Count));
        if (matrix.Chunks > 0)
        {
            _metadata.Add(MetadataOverride.Of("quantize.imatrix.chunks_count", matrix.Chunks));
        }
    }

    private static string Reason(NativeLog.Capture log)
    {
        const string Mark = "failed to quantize: ";
        string? line = log.Lines.LastOrDefault(static line => line.Contains(Mark, StringComparison.Ordinal));
        return line is null ? log.Last ?? "llama.cpp refused it" : line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..];
    }

    private nint Pin(Array array)
    {
        GCHandle handle = GCHandle.Alloc(array, GCHandleType.Pinned);
        _pinned.Add(handle);
        return handle.AddrOfPinnedObject();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
