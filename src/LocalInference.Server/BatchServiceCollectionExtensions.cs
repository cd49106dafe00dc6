using LocalInference.Server;
using LocalInference.Server.Keys;
using LocalInference.Server.OpenAI.Batches;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a server of models take batches of requests.</summary>
public static class BatchServiceCollectionExtensions
{
    /// <summary>
    /// Offers <c>/v1/files</c> and <c>/v1/batches</c> with <c>MapOpenAIApi()</c>, which answers them with 501 otherwise: requests in a
    /// file, each a line of JSON, that are answered when nobody else waits. They are kept in a folder, and a server that is started again
    /// goes on where the last one stopped.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">Where, and how much.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">A limit is not positive.</exception>
    public static IServiceCollection AddBatches(this IServiceCollection services, BatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxConcurrentRequests < 1 || options.MaxFileBytes < 1 || options.MaxTotalBytes < 1 || options.Lifetime <= TimeSpan.Zero || options.CompletionWindow <= TimeSpan.Zero)
        {
            throw new ArgumentException("Each limit of batches must be positive.", nameof(options));
        }

        services.AddSingleton(static provider => new CallerKeys(provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton(provider => new BatchStore(options, provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton(static provider => new BatchRunner(
            provider.GetRequiredService<BatchStore>(),
            provider.GetRequiredService<CallerKeys>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILoggerFactory>()?.CreateLogger("LocalInference.Server.Batches") ?? NullLogger.Instance));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<BatchRunner>());
        return services;
    }
}
