using System.Globalization;
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

        var defaults = new LocalInferenceServerOptions();
        var options = new LocalInferenceServerOptions
        {
            MaxRequestBytes = Value(section, nameof(defaults.MaxRequestBytes), defaults.MaxRequestBytes),
            RequestHeadersTimeout = Value(section, nameof(defaults.RequestHeadersTimeout), defaults.RequestHeadersTimeout),
            MinRequestBytesPerSecond = Value(section, nameof(defaults.MinRequestBytesPerSecond), defaults.MinRequestBytesPerSecond),
            RequestBodyGracePeriod = Value(section, nameof(defaults.RequestBodyGracePeriod), defaults.RequestBodyGracePeriod),
            DrainTimeout = Value(section, nameof(defaults.DrainTimeout), defaults.DrainTimeout),
            MaxStoredResponses = Value(section, nameof(defaults.MaxStoredResponses), defaults.MaxStoredResponses),
            MaxStoredResponseBytes = Value(section, nameof(defaults.MaxStoredResponseBytes), defaults.MaxStoredResponseBytes),
            AllowRemoteAdministration = Truth(section, nameof(defaults.AllowRemoteAdministration), defaults.AllowRemoteAdministration),
        };
        return FaultOf(options) is { } fault ? throw CliException.Usage($"In the section '{Name}' of the settings, {fault}.", "Correct it, or leave it out.") : options;
    }

    // A time without a colon would be days.
    private static T Value<T>(IConfigurationSection section, string name, T otherwise)
        where T : ISpanParsable<T> =>
        section[name] is not { Length: > 0 } text ? otherwise
        : (typeof(T) != typeof(TimeSpan) || text.Contains(':', StringComparison.Ordinal)) && T.TryParse(text, CultureInfo.InvariantCulture, out T? value) ? value
        : throw Unreadable(name, text);

    private static bool Truth(IConfigurationSection section, string name, bool otherwise) =>
        section[name] is not { Length: > 0 } text ? otherwise
        : bool.TryParse(text, out bool value) ? value
        : throw Unreadable(name, text);

    private static CliException Unreadable(string name, string text) =>
        CliException.Usage($"{Name}:{name} of the settings cannot be '{text}'.", "Write numbers as 1000, times as 00:00:30, and true or false.");

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
