using LocalInference;
using LocalInference.Abstractions;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds local models to an application.</summary>
public static class LocalInferenceServiceCollectionExtensions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "LocalInference";

    /// <summary>
    /// Adds local models: <c>ITextGenerator</c>, <c>IChatClient</c>, <c>IEmbedder</c>, <c>IEmbeddingGenerator</c> and <c>IReranker</c>
    /// by a model's name as key, and without a key for all of them; <c>ITokenCounter</c>, <c>IPromptTokenizer</c>, <c>IModelCatalog</c>, <c>IRuntimeStatus</c> and <c>IModelLifetime</c>. All are
    /// singletons and safe for concurrent use. The container's <c>ILoggerFactory</c> and <c>TimeProvider</c> are used where there are
    /// any. Models are loaded by the first request for them, and disposed with the container. May be called several times.
    /// <code>
    /// builder.Services.AddLocalInference().AddModel("chat", "models/qwen3-4b-q4_k_m.gguf");
    /// // … and anywhere:
    /// public sealed class Assistant([FromKeyedServices("chat")] IChatClient chat)
    /// </code>
    /// </summary>
    /// <param name="services">The application's services.</param>
    public static LocalInferenceBuilder AddLocalInference(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return LocalInferenceBuilder.Of(services);
    }

    /// <summary>
    /// Adds local models that a configuration names, as <see cref="AddLocalInference(IServiceCollection)"/> does. It is read once, now:
    /// <code>
    /// "LocalInference": {
    ///   "DefaultModel": "chat",
    ///   "MaxLoadedModels": 2, "MemoryBudgetBytes": 17179869184, "MemoryTimeout": "00:02:00",
    ///   "Models": {
    ///     "chat": {
    ///       "Path": "models/qwen3-4b-q4_k_m.gguf",
    ///       "KeepAlive": "00:10:00",
    ///       "ContextLength": 16384, "Parallel": 4, "CacheLength": 65536, "QueueLimit": 512, "BatchSize": 512,
    ///       "GpuLayers": 0, "Threads": 8, "AdaptThreads": true, "UseMemoryMapping": true,
    ///       "Sampling": { "Temperature": 0.7, "TopK": 20, "TopP": 0.8, "MinP": 0, "RepeatPenalty": 1.0, "Seed": 1 }
    ///     }
    ///   }
    /// }
    /// </code>
    /// Only <c>Path</c> is needed; the other names are those of <see cref="ModelLocation"/>, <see cref="LocalModelOptions"/> and
    /// <see cref="SamplingOverrides"/>, and before the models of <see cref="ModelHostOptions"/>. Times are
    /// written with colons, as <c>00:10:00</c>; a <c>KeepAlive</c> or <c>MemoryTimeout</c> of -1 is for ever.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">The section, or the configuration that has it as <see cref="SectionName"/>.</param>
    /// <exception cref="GenerationException">Something in it cannot be read; the message names all of it (<c>configuration_invalid</c>).</exception>
    public static LocalInferenceBuilder AddLocalInference(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        LocalInferenceBuilder builder = services.AddLocalInference();
        ModelConfiguration.Read(configuration, builder);
        return builder;
    }
}
