using LocalInference.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference;

/// <summary>Reads the section of <see cref="LocalInferenceServiceCollectionExtensions.AddLocalInference(IServiceCollection, IConfiguration)"/>, by hand: a binder needs reflection.</summary>
internal sealed class ModelConfiguration(List<string> faults)
{
    public static void Read(IConfiguration configuration, LocalInferenceBuilder builder)
    {
        IConfigurationSection inner = configuration.GetSection(LocalInferenceServiceCollectionExtensions.SectionName);
        IConfiguration section = inner.GetChildren().Any() ? inner : configuration;
        List<string> faults = [];
        var reader = new ModelConfiguration(faults);
        SettingsReader settings = reader.Settings(section);
        int? mostModels = settings.Number("MaxLoadedModels", least: 1);
        long? budget = settings.Number("MemoryBudgetBytes", least: 0L);
        TimeSpan? timeout = Time(settings, section, "MemoryTimeout", TimeSpan.MaxValue);
        List<ModelLocation> models = [.. section.GetSection("Models").GetChildren().Select(reader.Model)];
        if (faults.Count > 0)
        {
            throw ExceptionFactory.Generation("configuration_invalid", $"The configuration cannot be used: {string.Join("; ", faults)}", "Change or leave out what is named.");
        }

        if (section["DefaultModel"] is { Length: > 0 } name)
        {
            builder.UseDefaultModel(name);
        }

        if (mostModels is { } most)
        {
            builder.UseMaxLoadedModels(most);
        }

        if (budget is { } bytes)
        {
            builder.UseMemoryBudget(bytes);
        }

        if (timeout is { } time)
        {
            builder.UseMemoryTimeout(time);
        }

        foreach (ModelLocation model in models)
        {
            builder.AddModel(model);
        }
    }

    private ModelLocation Model(IConfigurationSection section)
    {
        string? path = section["Path"];
        if (string.IsNullOrEmpty(path))
        {
            faults.Add($"{section.Path}:Path is missing");
        }

        SettingsReader settings = Settings(section);
        var options = new LocalModelOptions();
        return new ModelLocation(section.Key, path ?? "")
        {
            KeepAlive = Time(settings, section, "KeepAlive", Timeout.InfiniteTimeSpan),
            Options = options with
            {
                ContextLength = settings.Number<int>("ContextLength"),
                Parallel = settings.Number<int>("Parallel"),
                CacheLength = settings.Number<int>("CacheLength"),
                UnifiedCache = settings.Truth("UnifiedCache") ?? options.UnifiedCache,
                KeyType = settings.Choice<KvCacheType>("KeyType") ?? options.KeyType,
                ValueType = settings.Choice<KvCacheType>("ValueType") ?? options.ValueType,
                FlashAttention = settings.Truth("FlashAttention"),
                FastPrompts = settings.Truth("FastPrompts") ?? options.FastPrompts,
                Speculation = settings.Choice<SpeculationMode>("Speculation") ?? options.Speculation,
                DraftModelPath = section["DraftModelPath"],
                PrefixCacheBytes = settings.Number<long>("PrefixCacheBytes"),
                PrefixCacheDiskBytes = settings.Number<long>("PrefixCacheDiskBytes") ?? options.PrefixCacheDiskBytes,
                PrefixCacheDirectory = section["PrefixCacheDirectory"],
                QueueLimit = settings.Number<int>("QueueLimit") ?? options.QueueLimit,
                BatchSize = settings.Number<int>("BatchSize") ?? options.BatchSize,
                GpuLayers = settings.Number<int>("GpuLayers"),
                MainGpu = settings.Number<int>("MainGpu"),
                TensorSplit = Numbers(section.GetSection("TensorSplit")),
                GpuReserveBytes = settings.Number<long>("GpuReserveBytes"),
                Threads = settings.Number<int>("Threads"),
                AdaptThreads = settings.Truth("AdaptThreads") ?? options.AdaptThreads,
                UseMemoryMapping = settings.Truth("UseMemoryMapping") ?? options.UseMemoryMapping,
                Adapters = [.. section.GetSection("Adapters").GetChildren().Select(Adapter)],
            },
            Sampling = Sampling(section.GetSection("Sampling")),
        };
    }

    private AdapterFile Adapter(IConfigurationSection section)
    {
        string? path = section["Path"];
        if (string.IsNullOrEmpty(path))
        {
            faults.Add($"{section.Path}:Path is missing");
        }

        var adapter = new AdapterFile(path ?? "");
        return adapter with { Name = section["Name"], Scale = Settings(section).Number<float>("Scale") ?? adapter.Scale };
    }

    private float[]? Numbers(IConfigurationSection section)
    {
        SettingsReader settings = Settings(section);
        float[] numbers = [.. section.GetChildren().Select(number => settings.Number<float>(number.Key) ?? 0)];
        return numbers.Length > 0 ? numbers : null;
    }

    private SamplingOverrides Sampling(IConfigurationSection section)
    {
        SettingsReader settings = Settings(section);
        return new SamplingOverrides
        {
            Temperature = settings.Number<float>("Temperature"),
            TopK = settings.Number<int>("TopK"),
            TopP = settings.Number<float>("TopP"),
            MinP = settings.Number<float>("MinP"),
            TypicalP = settings.Number<float>("TypicalP"),
            TopNSigma = settings.Number<float>("TopNSigma"),
            XtcProbability = settings.Number<float>("XtcProbability"),
            XtcThreshold = settings.Number<float>("XtcThreshold"),
            MinKeep = settings.Number<int>("MinKeep"),
            DynamicTemperatureRange = settings.Number<float>("DynamicTemperatureRange"),
            DynamicTemperatureExponent = settings.Number<float>("DynamicTemperatureExponent"),
            PenaltyLastN = settings.Number<int>("PenaltyLastN"),
            RepeatPenalty = settings.Number<float>("RepeatPenalty"),
            FrequencyPenalty = settings.Number<float>("FrequencyPenalty"),
            PresencePenalty = settings.Number<float>("PresencePenalty"),
            DryMultiplier = settings.Number<float>("DryMultiplier"),
            DryBase = settings.Number<float>("DryBase"),
            DryAllowedLength = settings.Number<int>("DryAllowedLength"),
            DryPenaltyLastN = settings.Number<int>("DryPenaltyLastN"),
            DrySequenceBreakers = section.GetSection("DrySequenceBreakers").GetChildren().Select(static text => text.Value).OfType<string>().ToArray() is { Length: > 0 } breakers ? breakers : null,
            Mirostat = settings.Choice<MirostatMode>("Mirostat"),
            MirostatTau = settings.Number<float>("MirostatTau"),
            MirostatEta = settings.Number<float>("MirostatEta"),
            Seed = settings.Number<uint>("Seed"),
            UseNativeSamplers = settings.Truth("UseNativeSamplers"),
        };
    }

    private static TimeSpan? Time(SettingsReader settings, IConfiguration section, string name, TimeSpan forEver) =>
        section[name] == "-1" ? forEver : settings.Time(name, least: TimeSpan.Zero);

    private SettingsReader Settings(IConfiguration section) => new((section as IConfigurationSection)?.Path ?? "", name => section[name], faults);
}
