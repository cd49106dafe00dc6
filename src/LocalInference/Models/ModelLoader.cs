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
        Task<LocalModel> load = StartAsync(() => Load(Prepare(path, options), Plan, progress, cancellationToken));
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

    /// <summary>Loads what was prepared, where it was planned. Ends only when nothing goes on any more, also when it is cancelled.</summary>
    public static Task<LocalModel> LoadAsync(PreparedModel prepared, MemoryPlan memory, CancellationToken cancellationToken) =>
        StartAsync(() => Load(prepared, _ => memory, progress: null, cancellationToken));

    /// <summary>Checks the options and the headers of the file, which is to be there. Nothing of llama.cpp is needed for that.</summary>
    public static PreparedModel Prepare(string path, LocalModelOptions options)
    {
        LocalModelOptionsCheck.Run(options);
        if (!File.Exists(path))
        {
            throw Directory.Exists(path) ? ExceptionFactory.ModelUnsupported(path, "it is a folder") : ExceptionFactory.ModelNotFound(path);
        }

        CheckedModel file = ModelFileCheck.Check(path);
        LocalModelOptionsCheck.Run(options, file);
        return new PreparedModel(path, options, file, PrepareDraft(options));
    }

    /// <summary>The draft model that the options name, to be loaded as the model itself but for what is the model's alone.</summary>
    public static PreparedModel? PrepareDraft(LocalModelOptions options) => options.DraftModelPath is not { } path
        ? null
        : Prepare(Path.GetFullPath(path), options with
        {
            DraftModelPath = null,
            Speculation = SpeculationMode.Off,
            Adapters = [],
            PrefixCacheBytes = 0,
            PrefixCacheDiskBytes = 0,
            GpuLayers = options.GpuLayers == 0 ? 0 : null,
        });

    private static MemoryPlan Plan(PreparedModel prepared) => MemoryPlanner.Plan(prepared.Demand, MachineMemory.Read());

    private static Task<LocalModel> StartAsync(Func<LocalModel> load) =>
        Task.Factory.StartNew(load, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static LocalModel Load(PreparedModel prepared, Func<PreparedModel, MemoryPlan> plans, IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        (string path, LocalModelOptions options, CheckedModel file, PreparedModel? drafts) = prepared;
        NativeRuntime runtime = NativeRuntime.Get();
        IDisposable? log = options.LoggerFactory is { } factory
            ? NativeLog.Subscribe(factory.CreateLogger("LocalInference.Native"))
            : null;
        ModelHandle? model = null;
        InferenceContext? context = null;
        DraftModel? draft = null;
        CpuLoad? load = null;
        AdapterRegistry? adapters = null;
        try
        {
            MemoryPlan memory = plans(prepared);

            // Of the file that is computed with: later another one may lie there.
            byte[] digest = Digest(path);
            model = ModelWeights.Load(path, file.Mends, options, memory, progress, cancellationToken);
            var tokenizer = new Tokenizer(model);
            ModelInfo info = Describe(model, tokenizer);
            int threads = PhysicalCores.ThreadsFor(options.Threads);
            adapters = LoadAdapters(model, file, options);
            ContextPlan plan = ContextPlan.For(model, options, memory);
            context = new InferenceContext(runtime, model, plan, threads);
            draft = drafts is null ? null : DraftModel.Load(runtime, drafts, memory.Draft!, tokenizer, threads, cancellationToken);
            load = options.AdaptThreads ? CpuLoad.TryOpen() : null;
            var governor = new ThreadGovernor(threads, options.AdaptThreads, load, TimeProvider.System);
            bool canGenerate = context.CanGenerate && !file.IsBidirectional;
            var embeddings = new ModelEmbeddings(runtime, model, adapters, tokenizer, EmbeddingProfile.Of(file), options, context.Length, canGenerate);
            return new LocalModel(path, digest, model, info, tokenizer, adapters, new InferenceEngine(tokenizer, context, draft, governor, load, plan, options.QueueLimit), embeddings, canGenerate, log) { Memory = memory };
        }
        catch
        {
            load?.Dispose();
            draft?.Dispose();
            context?.Dispose();
            adapters?.Dispose();
            model?.Dispose();
            log?.Dispose();
            throw;
        }
    }

    private static byte[] Digest(string path)
    {
        try
        {
            return ModelDigest.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.ModelUnsupported(path, $"it cannot be read ({e.Message.TrimEnd('.')})", inner: e);
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
}
