using System.Globalization;
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
        int? mostModels = reader.Value<int>(section, "MaxLoadedModels", least: 1);
        long? budget = reader.Value<long>(section, "MemoryBudgetBytes", least: 0);
        TimeSpan? timeout = reader.Time(section, "MemoryTimeout", TimeSpan.MaxValue);
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

        var options = new LocalModelOptions();
        return new ModelLocation(section.Key, path ?? "")
        {
            KeepAlive = Time(section, "KeepAlive", Timeout.InfiniteTimeSpan),
            Options = options with
            {
                ContextLength = Value<int>(section, "ContextLength"),
                Parallel = Value<int>(section, "Parallel"),
                CacheLength = Value<int>(section, "CacheLength"),
                UnifiedCache = Truth(section, "UnifiedCache") ?? options.UnifiedCache,
                KeyType = Choice<KvCacheType>(section, "KeyType") ?? options.KeyType,
                ValueType = Choice<KvCacheType>(section, "ValueType") ?? options.ValueType,
                FlashAttention = Truth(section, "FlashAttention"),
                Speculation = Choice<SpeculationMode>(section, "Speculation") ?? options.Speculation,
                DraftModelPath = section["DraftModelPath"],
                PrefixCacheBytes = Value<long>(section, "PrefixCacheBytes"),
                PrefixCacheDiskBytes = Value<long>(section, "PrefixCacheDiskBytes") ?? options.PrefixCacheDiskBytes,
                PrefixCacheDirectory = section["PrefixCacheDirectory"],
                QueueLimit = Value<int>(section, "QueueLimit") ?? options.QueueLimit,
                BatchSize = Value<int>(section, "BatchSize") ?? options.BatchSize,
                GpuLayers = Value<int>(section, "GpuLayers"),
                MainGpu = Value<int>(section, "MainGpu"),
                TensorSplit = Numbers(section.GetSection("TensorSplit")),
                GpuReserveBytes = Value<long>(section, "GpuReserveBytes"),
                Threads = Value<int>(section, "Threads"),
                AdaptThreads = Truth(section, "AdaptThreads") ?? options.AdaptThreads,
                UseMemoryMapping = Truth(section, "UseMemoryMapping") ?? options.UseMemoryMapping,
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
        return adapter with { Name = section["Name"], Scale = Value<float>(section, "Scale") ?? adapter.Scale };
    }

    private float[]? Numbers(IConfigurationSection section)
    {
        float[] numbers = [.. section.GetChildren().Select(number => Value<float>(section, number.Key) ?? 0)];
        return numbers.Length > 0 ? numbers : null;
    }

    private SamplingOverrides Sampling(IConfigurationSection section) => new()
    {
        Temperature = Value<float>(section, "Temperature"),
        TopK = Value<int>(section, "TopK"),
        TopP = Value<float>(section, "TopP"),
        MinP = Value<float>(section, "MinP"),
        TypicalP = Value<float>(section, "TypicalP"),
        TopNSigma = Value<float>(section, "TopNSigma"),
        XtcProbability = Value<float>(section, "XtcProbability"),
        XtcThreshold = Value<float>(section, "XtcThreshold"),
        MinKeep = Value<int>(section, "MinKeep"),
        DynamicTemperatureRange = Value<float>(section, "DynamicTemperatureRange"),
        DynamicTemperatureExponent = Value<float>(section, "DynamicTemperatureExponent"),
        PenaltyLastN = Value<int>(section, "PenaltyLastN"),
        RepeatPenalty = Value<float>(section, "RepeatPenalty"),
        FrequencyPenalty = Value<float>(section, "FrequencyPenalty"),
        PresencePenalty = Value<float>(section, "PresencePenalty"),
        DryMultiplier = Value<float>(section, "DryMultiplier"),
        DryBase = Value<float>(section, "DryBase"),
        DryAllowedLength = Value<int>(section, "DryAllowedLength"),
        DryPenaltyLastN = Value<int>(section, "DryPenaltyLastN"),
        DrySequenceBreakers = section.GetSection("DrySequenceBreakers").GetChildren().Select(static text => text.Value).OfType<string>().ToArray() is { Length: > 0 } breakers ? breakers : null,
        Mirostat = Choice<MirostatMode>(section, "Mirostat"),
        MirostatTau = Value<float>(section, "MirostatTau"),
        MirostatEta = Value<float>(section, "MirostatEta"),
        Seed = Value<uint>(section, "Seed"),
        UseNativeSamplers = Truth(section, "UseNativeSamplers"),
    };

    private TimeSpan? Time(IConfiguration section, string name, TimeSpan forEver)
    {
        string? text = section[name];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text == "-1")
        {
            return forEver;
        }

        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) && time >= TimeSpan.Zero)
        {
            return time;
        }

        faults.Add($"{PathOf(section, name)} is '{text}', not a time such as 00:10:00");
        return null;
    }

    private T? Value<T>(IConfiguration section, string name, T least)
        where T : struct, IParsable<T>, IComparable<T>
    {
        T? value = Value<T>(section, name);
        if (value is { } number && number.CompareTo(least) < 0)
        {
            faults.Add($"{PathOf(section, name)} is '{section[name]}', less than {least}");
        }

        return value;
    }

    private T? Value<T>(IConfiguration section, string name)
        where T : struct, IParsable<T>
    {
        string? text = section[name];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (T.TryParse(text, CultureInfo.InvariantCulture, out T value))
        {
            return value;
        }

        faults.Add($"{PathOf(section, name)} is '{text}', not a number");
        return null;
    }

    private T? Choice<T>(IConfigurationSection section, string name)
        where T : struct, Enum
    {
        string? text = section[name];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value))
        {
            return value;
        }

        faults.Add($"{section.Path}:{name} is '{text}', none of {string.Join(", ", Enum.GetNames<T>())}");
        return null;
    }

    private bool? Truth(IConfigurationSection section, string name)
    {
        string? text = section[name];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (bool.TryParse(text, out bool value))
        {
            return value;
        }

        faults.Add($"{section.Path}:{name} is '{text}', not true or false");
        return null;
    }

    private static string PathOf(IConfiguration section, string name) => section is IConfigurationSection { Path: { } path } ? $"{path}:{name}" : name;
}
