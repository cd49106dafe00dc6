using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Refuses options that mean nothing, or not for a file, with the name of the option: before anything is loaded.</summary>
internal static class LocalModelOptionsCheck
{
    /// <summary>The options by themselves.</summary>
    /// <exception cref="GenerationException">One of them cannot be.</exception>
    public static void Run(LocalModelOptions options)
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
        if (!options.UnifiedCache && options.CacheLength is { } length)
        {
            throw ExceptionFactory.Option(nameof(options.CacheLength), $"must be left out where requests share no cells ({nameof(options.UnifiedCache)} = false): each has {nameof(options.ContextLength)} of its own", length.ToString(CultureInfo.InvariantCulture));
        }

        if (options.Speculation == SpeculationMode.DraftModel != options.DraftModelPath is not null)
        {
            throw ExceptionFactory.Option(nameof(options.DraftModelPath), $"a draft model is for {nameof(options.Speculation)} = {nameof(SpeculationMode.DraftModel)}, and needed there", options.DraftModelPath);
        }

        NotNegative(options.GpuLayers ?? 0, nameof(options.GpuLayers));
        NotNegative(options.MainGpu ?? 0, nameof(options.MainGpu));
        NotNegative(options.GpuReserveBytes ?? 0, nameof(options.GpuReserveBytes));
        if (options.TensorSplit is { Count: > 0 } split && !(split.All(static share => share >= 0 && float.IsFinite(share)) && split.Any(static share => share > 0)))
        {
            throw ExceptionFactory.Option(nameof(options.TensorSplit), "shares must be numbers from 0 up, and one of them more than 0", string.Join(", ", split));
        }

        if (options.Parallel > ContextPlan.MostParallel)
        {
            throw ExceptionFactory.Option(nameof(options.Parallel), $"must be at most {ContextPlan.MostParallel}", options.Parallel.Value.ToString(CultureInfo.InvariantCulture), ContextPlan.MostParallel.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The options for a model.</summary>
    /// <exception cref="GenerationException">One of them cannot be.</exception>
    public static void Run(LocalModelOptions options, CheckedModel file)
    {
        CheckContextLength(options, file);
        CheckBlocks(nameof(options.KeyType), options.KeyType, file.Description.KeyLength);
        CheckBlocks(nameof(options.ValueType), options.ValueType, file.Description.ValueLength);
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

    // A learned table of positions has no row for a later one; llama.cpp would end the process at the first.
    private static void CheckContextLength(LocalModelOptions options, CheckedModel file)
    {
        if (options.ContextLength > (file.PositionLimit ?? int.MaxValue))
        {
            throw ExceptionFactory.Option(
                nameof(options.ContextLength),
                $"the model has positions for {file.PositionLimit} tokens only",
                options.ContextLength?.ToString(CultureInfo.InvariantCulture),
                file.PositionLimit?.ToString(CultureInfo.InvariantCulture));
        }
    }

    // llama.cpp makes no context then.
    private static void CheckBlocks(string name, KvCacheType type, long? headLength)
    {
        if (type.IsQuantized() && headLength % KvCacheTypes.BlockLength is > 0)
        {
            throw ExceptionFactory.Option(name, $"{type} stores blocks of {KvCacheTypes.BlockLength} numbers, and a head of this model has {headLength}", type.ToString(), nameof(KvCacheType.F16));
        }
    }

    private static void AtLeastOne(int? value, string name)
    {
        if (value is < 1)
        {
            throw ExceptionFactory.Option(name, "must be at least 1", value.Value.ToString(CultureInfo.InvariantCulture), "1");
        }
    }

    private static void NotNegative(long value, string name)
    {
        if (value < 0)
        {
            throw ExceptionFactory.Option(name, "must not be negative", value.ToString(CultureInfo.InvariantCulture), "0");
        }
    }
}
