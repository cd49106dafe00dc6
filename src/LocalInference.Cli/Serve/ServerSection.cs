using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Server;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Cli.Serve;

/// <summary>The section <c>Server</c> of the settings: what <see cref="LocalInferenceServerOptions"/> has, by the same names. By hand: a binder needs reflection.</summary>
internal static class ServerSection
{
    private const string Name = "Server";

    // Kestrel's heartbeat: a rate is measured over no less.
    private static readonly TimeSpan s_leastGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_mostDrain = TimeSpan.FromDays(1);

    private static readonly string[] s_known =
    [
        nameof(LocalInferenceServerOptions.MaxRequestBytes),
        nameof(LocalInferenceServerOptions.RequestHeadersTimeout),
        nameof(LocalInferenceServerOptions.MinRequestBytesPerSecond),
        nameof(LocalInferenceServerOptions.RequestBodyGracePeriod),
        nameof(LocalInferenceServerOptions.DrainTimeout),
        nameof(LocalInferenceServerOptions.MaxStoredResponses),
        nameof(LocalInferenceServerOptions.MaxStoredResponseBytes),
        nameof(LocalInferenceServerOptions.AllowRemoteAdministration),
    ];

    /// <summary>Reads it; without one, everything is as by default.</summary>
    /// <exception cref="CliException">Something in it is unknown, or cannot be.</exception>
    public static LocalInferenceServerOptions Read(IConfiguration settings)
    {
        IConfigurationSection section = settings.GetSection(Name);
        if (section.GetChildren().FirstOrDefault(static child => !s_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw CliException.Usage($"The section '{Name}' of the settings has no '{unknown.Key}'.", $"It has {string.Join(", ", s_known)}.");
        }

        List<string> faults = [];
        var reader = new SettingsReader(section.Path, name => section[name], faults);
        var defaults = new LocalInferenceServerOptions();
        var options = new LocalInferenceServerOptions
        {
            MaxRequestBytes = reader.Number<long>(nameof(defaults.MaxRequestBytes)) ?? defaults.MaxRequestBytes,
            RequestHeadersTimeout = reader.Time(nameof(defaults.RequestHeadersTimeout)) ?? defaults.RequestHeadersTimeout,
            MinRequestBytesPerSecond = reader.Number<double>(nameof(defaults.MinRequestBytesPerSecond)) ?? defaults.MinRequestBytesPerSecond,
            RequestBodyGracePeriod = reader.Time(nameof(defaults.RequestBodyGracePeriod)) ?? defaults.RequestBodyGracePeriod,
            DrainTimeout = reader.Time(nameof(defaults.DrainTimeout)) ?? defaults.DrainTimeout,
            MaxStoredResponses = reader.Number<int>(nameof(defaults.MaxStoredResponses)) ?? defaults.MaxStoredResponses,
            MaxStoredResponseBytes = reader.Number<long>(nameof(defaults.MaxStoredResponseBytes)) ?? defaults.MaxStoredResponseBytes,
            AllowRemoteAdministration = reader.Truth(nameof(defaults.AllowRemoteAdministration)) ?? defaults.AllowRemoteAdministration,
        };
        if (faults.Count > 0)
        {
            throw CliException.Usage($"The settings cannot be used: {string.Join("; ", faults)}.", "Write numbers as 1000, times as 00:00:30, and true or false.");
        }

        return FaultOf(options) is { } fault ? throw CliException.Usage($"In the section '{Name}' of the settings, {fault}.", "Correct it, or leave it out.") : options;
    }

    private static string? FaultOf(LocalInferenceServerOptions options) =>
        options.MaxRequestBytes < 1 ? $"{nameof(options.MaxRequestBytes)} must be at least 1"
        : options.RequestHeadersTimeout <= TimeSpan.Zero ? $"{nameof(options.RequestHeadersTimeout)} must be more than no time"
        : !double.IsFinite(options.MinRequestBytesPerSecond) || options.MinRequestBytesPerSecond < 0 ? $"{nameof(options.MinRequestBytesPerSecond)} must not be negative"
        : options.RequestBodyGracePeriod <= s_leastGrace ? $"{nameof(options.RequestBodyGracePeriod)} must be more than {s_leastGrace}"
        : options.DrainTimeout < TimeSpan.Zero || options.DrainTimeout > s_mostDrain ? $"{nameof(options.DrainTimeout)} must be between no time and {s_mostDrain}"
        : options.MaxStoredResponses < 0 ? $"{nameof(options.MaxStoredResponses)} must not be negative"
        : options.MaxStoredResponseBytes < 0 ? $"{nameof(options.MaxStoredResponseBytes)} must not be negative"
        : null;
}
