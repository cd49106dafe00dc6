using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Reads weights into memory, and says how far that is.</summary>
internal static class ModelWeights
{
    /// <summary>Loads the weights of a model to where they were planned.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="mends">Metadata to read in place of the file's.</param>
    /// <param name="options">How it is loaded.</param>
    /// <param name="memory">The plan.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops it between tensors.</param>
    /// <exception cref="ModelUnsupportedException">llama.cpp refused the file.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static unsafe ModelHandle Load(string path, GgufMetadata mends, LocalModelOptions options, MemoryPlan memory, IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        var observer = new LoadObserver(progress, cancellationToken);
        GCHandle handle = GCHandle.Alloc(observer);
        using NativeLog.Capture log = NativeLog.Watch();
        try
        {
            llama_model_params parameters = Llama.llama_model_default_params();
            parameters.n_gpu_layers = memory.GpuLayers;

            // Rearranged weights are a copy in memory.
            parameters.use_extra_bufts = memory.LeavesWeightsInFile ? (byte)0 : parameters.use_extra_bufts;
            parameters.load_mode = options.UseMemoryMapping ? llama_load_mode.LLAMA_LOAD_MODE_AUTO : llama_load_mode.LLAMA_LOAD_MODE_NONE;
            parameters.progress_callback = &OnProgress;
            parameters.progress_callback_user_data = (void*)GCHandle.ToIntPtr(handle);

            llama_model* model;
            LayerDevices devices = LayerDevices.Of(memory);
            fixed (nint* handles = devices.Handles)
            fixed (float* shares = devices.Shares)
            fixed (llama_model_kv_override* overrides = MetadataOverride.ListOf(mends))
            fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
            {
                parameters.devices = (ggml_backend_device**)handles;
                parameters.tensor_split = shares;
                parameters.kv_overrides = overrides;
                model = Llama.llama_model_load_from_file(utf8, parameters);
            }

            ModelHandle? loaded = model != null ? new ModelHandle(model) : null;
            if (cancellationToken.IsCancellationRequested)
            {
                loaded?.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return loaded ?? throw ExceptionFactory.ModelUnsupported(path, log.Lines.FirstOrDefault(line => line.Contains("error loading model", StringComparison.Ordinal)) ?? log.Last ?? "llama.cpp refused it");
        }
        finally
        {
            handle.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe byte OnProgress(float fraction, void* observer) =>
        ((LoadObserver)GCHandle.FromIntPtr((nint)observer).Target!).Report(fraction) ? (byte)1 : (byte)0;

    private sealed class LoadObserver(IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        /// <summary>Whether to go on.</summary>
        public bool Report(float fraction)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            try
            {
                progress?.Report(new ModelLoadProgress(fraction));
            }
            catch (Exception)
            {
                // A caller's progress bar must neither fail the load nor throw through native frames.
            }

            return true;
        }
    }
}
