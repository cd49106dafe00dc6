using LocalInference.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;

namespace LocalInference.Providers;

/// <summary>
/// Gives a router and its meter the providers and routes of a configuration whenever they change there. While something in it is wrong,
/// what was read before holds.
/// </summary>
internal sealed partial class WatchedProviders : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IServiceProvider _services;
    private readonly Func<ProvidersOptions, ProvidersOptions> _complete;
    private readonly ILogger _log;
    private readonly IDisposable _watch;
    private readonly Lock _lock = new();
    private string _read;

    /// <param name="configuration">Where they are.</param>
    /// <param name="read">What <see cref="ProvidersConfiguration.Text"/> said of it when it was read.</param>
    /// <param name="services">Has the router, and the meter if there is one.</param>
    /// <param name="complete">Adds what no configuration says.</param>
    public WatchedProviders(IConfiguration configuration, string read, IServiceProvider services, Func<ProvidersOptions, ProvidersOptions> complete)
    {
        _configuration = configuration;
        _services = services;
        _complete = complete;
        _log = services.GetService<ILoggerFactory>()?.CreateLogger("LocalInference.Providers") ?? NullLogger.Instance;
        _read = read;
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, Change);
    }

    public void Dispose() => _watch.Dispose();

    private void Change()
    {
        lock (_lock)
        {
            // A configuration holds more than this.
            string text = ProvidersConfiguration.Text(_configuration);
            if (text == _read)
            {
                return;
            }

            try
            {
                ProvidersOptions options = _complete(ProvidersConfiguration.Read(_configuration));
                _services.GetRequiredService<ModelRouter>().Use(options);
                _services.GetService<UsageMeter>()?.Use(options);
                _read = text;
                Log.Changed(_log, options.Providers.Count, options.Routes.Count);
            }
            catch (Exception e) when (e is GenerationException or ObjectDisposedException)
            {
                Log.Unreadable(_log, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(220, LogLevel.Information, "Providers and routes were read again: {Providers} providers, {Routes} routes")]
        public static partial void Changed(ILogger logger, int providers, int routes);

        [LoggerMessage(221, LogLevel.Error, "The old providers and routes stay: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
