using LocalInference.Server;
using LocalInference.Server.Operation;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a server of models end without breaking answers off.</summary>
public static class RequestDrainServiceCollectionExtensions
{
    // What the web server needs to close its connections when the last answer is sent.
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Lets requests that run end when the application is to stop, for up to <see cref="LocalInferenceServerOptions.DrainTimeout"/>; the
    /// web server listens until then. What runs longer ends with an error. <c>UseRequestDrain()</c> has to be among the application's middleware. It raises
    /// <see cref="HostOptions.ShutdownTimeout"/> to what that takes.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">How long to wait.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRequestDrain(this IServiceCollection services, LocalInferenceServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (options.DrainTimeout < TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(options.DrainTimeout)} is {options.DrainTimeout}, and must not be negative.", nameof(options));
        }

        services.AddSingleton(static _ => new RequestDrain());
        services.AddHostedService(provider => new RequestDrainService(provider.GetRequiredService<RequestDrain>(), options));
        services.Configure<HostOptions>(host =>
        {
            TimeSpan needed = options.DrainTimeout + RequestDrainService.Grace + s_closing;
            host.ShutdownTimeout = host.ShutdownTimeout > needed ? host.ShutdownTimeout : needed;
        });
        return services;
    }
}
