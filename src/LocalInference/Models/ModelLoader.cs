using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Loads a model file on a thread of its own and starts its engine.</summary>
internal static class ModelLoader
{
    public static async Task<LocalModel> LoadAsync(
        string path,
        LocalModelOptions options,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task<LocalModel> load = Task.Factory.StartNew(
            () => Load(path, options, progress, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            // libllama asks whether to go on only between tensors, so the caller does not wait for it.
            return await load.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = load.ContinueWith(
                static late => _ = late.Status == TaskStatus.RanToCompletion ? late.Result.DisposeAsync().AsTask() : (object?)late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default);
            throw;
        }
    }

    private static LocalModel Load(string path, LocalModelOptions options, IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        Validate(options);
        if (!File.Exists(path))
        {
            throw Directory.Exists(path) ? ExceptionFactory.ModelUnsupported(path, "it is a folder") : ExceptionFactory.ModelNotFound(path);
        }

        CheckedModel file = ModelFileCheck.Check(path);
        NativeRuntime runtime = NativeRuntime.Get();
        IDisposable? log = options.LoggerFactory is { } factory
            ? NativeLog.Subscribe(factory.CreateLogger("LocalInference.Native"))
            : null;
        ModelHandle? model = null;
        InferenceContext? context = null;
        CpuLoad? load = null;
        AdapterRegistry? adapters = null;
        try
        {
            int contextLength = ChooseContextLength(options, file);
            bool onGpu = runtime.SupportsGpu && options.GpuLayers != 0;
            CheckMemory(path, options, file, Math.Max(contextLength, options.CacheLength ?? 0), onGpu);
            model = LoadWeights(path, options, progress, cancellationToken);
            var tokenizer = new Tokenizer(model);
            ModelInfo info = Describe(model, tokenizer);
            int threads = Math.Min(options.Threads ?? PhysicalCores.Count, 512);
            adapters = LoadAdapters(model, file, options);
            ContextPlan plan = ContextPlan.For(model, file, options, contextLength, onGpu);
            context = new InferenceContext(runtime, model, plan, threads);
            load = options.AdaptThreads ? CpuLoad.TryOpen() : null;
            var governor = new ThreadGovernor(threads, options.AdaptThreads, load, TimeProvider.System);
            bool canGenerate = context.CanGenerate && !file.IsBidirectional;
            var embeddings = new ModelEmbeddings(runtime, model, tokenizer, EmbeddingProfile.Of(file), options, context.Length, canGenerate);
            return new LocalModel(path, model, info, tokenizer, adapters, new InferenceEngine(tokenizer, context, governor, load, plan, options.QueueLimit), embeddings, canGenerate, log);
        }
        catch
        {
            load?.Dispose();
            context?.Dispose();
            adapters?.Dispose();
            model?.Dispose();
            log?.Dispose();
            throw;
        }
    }

    private static unsafe ModelHandle LoadWeights(string path, LocalModelOptions options, IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        var observer = new LoadObserver(progress, cancellationToken);
        GCHandle handle = GCHandle.Alloc(observer);
        using NativeLog.Capture log = NativeLog.Watch();
        try
        {
            llama_model_params parameters = Llama.llama_model_default_params();
            parameters.n_gpu_layers = options.GpuLayers ?? -1;
            parameters.load_mode = options.UseMemoryMapping ? llama_load_mode.LLAMA_LOAD_MODE_AUTO : llama_load_mode.LLAMA_LOAD_MODE_NONE;
            parameters.progress_callback = &OnProgress;
            parameters.progress_callback_user_data = (void*)GCHandle.ToIntPtr(handle);

            llama_model* model;
            fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
            {
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

    private static AdapterRegistry LoadAdapters(ModelHandle model, CheckedModel file, LocalModelOptions options)
    {
        var adapters = new AdapterRegistry(model, file);
        try
        {
            foreach (AdapterFile adapter in options.Adapters)
            {
                adapters.Load(adapter.EffectiveName, Path.GetFullPath(adapter.Path));
            }

            adapters.SetDefaults(options.Adapters.Select(static a => new AdapterSelection(a.EffectiveName, a.Scale)));
            adapters.Acquire(null).Release();
            return adapters;
        }
        catch
        {
            adapters.Dispose();
            throw;
        }
    }

    private static unsafe ModelInfo Describe(ModelHandle model, Tokenizer tokenizer) => new()
    {
        Architecture = Metadata(model, "general.architecture") ?? "unknown",
        Name = Metadata(model, "general.name"),
        Description = Text((buffer, size) => Llama.llama_model_desc(model.Pointer, (byte*)buffer, size)) ?? "",
        ParameterCount = (long)Llama.llama_model_n_params(model.Pointer),
        SizeInBytes = (long)Llama.llama_model_size(model.Pointer),
        TrainedContextLength = Llama.llama_model_n_ctx_train(model.Pointer),
        EmbeddingLength = Llama.llama_model_n_embd(model.Pointer),
        LayerCount = Llama.llama_model_n_layer(model.Pointer),
        VocabularySize = tokenizer.VocabularySize,
        ChatTemplate = Marshal.PtrToStringUTF8((nint)Llama.llama_model_chat_template(model.Pointer, null)),
    };

    private static unsafe string? Metadata(ModelHandle model, string key)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(key + '\0');
        return Text((buffer, size) =>
        {
            fixed (byte* name = utf8)
            {
                return Llama.llama_model_meta_val_str(model.Pointer, name, (byte*)buffer, size);
            }
        });
    }

    private static unsafe string? Text(Func<nint, nuint, int> read)
    {
        byte* buffer = stackalloc byte[512];
        int length = read((nint)buffer, 512);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer, Math.Min(length, 511));
    }

    private static int ChooseContextLength(LocalModelOptions options, CheckedModel file)
    {
        if (options.ContextLength is not { } asked)
        {
            int trained = (int)Math.Min(file.Description.ContextLength ?? 0, int.MaxValue);
            return DefaultContext.Choose(file.Description, Math.Min(trained, file.PositionLimit ?? int.MaxValue), options.BatchSize, FreeMemory.Read());
        }

        // A learned table of positions has no row for a later one; llama.cpp would end the process at the first.
        return asked <= (file.PositionLimit ?? int.MaxValue)
            ? asked
            : throw ExceptionFactory.Option(
                nameof(options.ContextLength),
                $"the model has positions for {file.PositionLimit} tokens only",
                asked.ToString(CultureInfo.InvariantCulture),
                file.PositionLimit?.ToString(CultureInfo.InvariantCulture));
    }

    // Linux grants what it does not have and ends a process that uses it, so the sum is made here. A GPU's memory is refused
    // by its driver.
    private static void CheckMemory(string path, LocalModelOptions options, CheckedModel file, int contextLength, bool onGpu)
    {
        MemoryEstimate estimate = MemoryEstimate.Of(file.Description, contextLength, options.BatchSize);
        long needed = estimate.TotalBytes - (options.UseMemoryMapping ? estimate.WeightBytes : 0);
        long free = FreeMemory.Read();
        if (!onGpu && needed > free)
        {
            throw ExceptionFactory.ModelMemory($"'{path}' with a context of {contextLength} tokens", needed, free, "Load it with a smaller ContextLength, or free memory.");
        }
    }

    private static void Validate(LocalModelOptions options)
    {
        AtLeastOne(options.ContextLength, nameof(options.ContextLength));
        AtLeastOne(options.BatchSize, nameof(options.BatchSize));
        AtLeastOne(options.Threads, nameof(options.Threads));
        AtLeastOne(options.Parallel, nameof(options.Parallel));
        AtLeastOne(options.CacheLength, nameof(options.CacheLength));
        AtLeastOne(options.QueueLimit, nameof(options.QueueLimit));
        NotNegative(options.PrefixCacheBytes ?? 0, nameof(options.PrefixCacheBytes));
        NotNegative(options.PrefixCacheDiskBytes, nameof(options.PrefixCacheDiskBytes));
        CheckCacheTypes(options);
        if (options.Parallel > ContextPlan.MostParallel)
        {
            throw ExceptionFactory.Option(nameof(options.Parallel), $"must be at most {ContextPlan.MostParallel}", options.Parallel.Value.ToString(CultureInfo.InvariantCulture), ContextPlan.MostParallel.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void AtLeastOne(int? value, string name)
    {
        if (value is < 1)
        {
            throw ExceptionFactory.Option(name, "must be at least 1", value.Value.ToString(CultureInfo.InvariantCulture), "1");
        }
    }

    private static void CheckCacheTypes(LocalModelOptions options)
    {
        if (options.ValueType.IsQuantized() && options.FlashAttention == false)
        {
            throw ExceptionFactory.Option(nameof(options.ValueType), "quantised values need flash attention", options.ValueType.ToString());
        }

        foreach ((KvCacheType type, string name) in new[] { (options.KeyType, nameof(options.KeyType)), (options.ValueType, nameof(options.ValueType)) })
        {
            if (!Enum.IsDefined(type))
            {
                throw ExceptionFactory.Option(name, "is no type that there is", type.ToString(), string.Join(", ", Enum.GetNames<KvCacheType>()));
            }
        }
    }

    private static void NotNegative(long value, string name)
    {
        if (value < 0)
        {
            throw ExceptionFactory.Option(name, "must not be negative", value.ToString(CultureInfo.InvariantCulture), "0");
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
