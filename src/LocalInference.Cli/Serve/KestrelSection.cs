using System.Security.Cryptography;
using LocalInference.Cli.CommandLine;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Cli.Serve;

/// <summary>The section <c>Kestrel</c> of the settings, which the web server reads itself: certificates, and addresses beside that of the command line.</summary>
internal static class KestrelSection
{
    private const string Name = "Kestrel";

    /// <summary>Whether it names the certificate of the command line's address.</summary>
    public static bool HasCertificate(IConfiguration settings) => settings.GetSection($"{Name}:Certificates:Default").Exists();

    /// <summary>The addresses that it adds.</summary>
    public static IEnumerable<string> Addresses(IConfiguration settings) => settings.GetSection($"{Name}:Endpoints").GetChildren().Select(static endpoint => endpoint["Url"]).OfType<string>();

    /// <summary>Has the web server read it at once, so that what fails in that is told from what else fails when it starts.</summary>
    /// <exception cref="CliException">Something in it cannot be used.</exception>
    public static void Load(KestrelServerOptions kestrel, IConfiguration settings)
    {
        try
        {
            kestrel.Configure(settings.GetSection(Name)).Load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw Unusable(e);
        }
    }

    /// <summary>
    /// Whether a start failed by something in it that only shows when addresses are bound, such as a certificate that is not for servers:
    /// the web server itself threw it.
    /// </summary>
    public static bool IsToBlame(Exception e, IConfiguration settings) =>
        (e is CryptographicException || (e is InvalidOperationException && e.Source?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true))
        && settings.GetSection(Name).Exists();

    public static CliException Unusable(Exception e) => CliException.Usage(
        $"The section '{Name}' of the settings cannot be used: {e.Message.TrimEnd('.')}.",
        "Name a certificate by the paths of its files, Path and KeyPath for PEM, Path and Password for PFX, and an endpoint by its Url, as http://HOST:PORT.");
}
