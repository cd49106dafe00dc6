using System.CommandLine;

namespace LocalInference.Cli.Settings;

/// <summary><c>--settings</c>: the file of <see cref="UserSettings"/>.</summary>
internal static class SettingsOption
{
    public static Option<string?> Create() => new("--settings")
    {
        Description = "A JSON file with providers of remote models, routes, budgets and caches, and for `serve` its limits (Server), certificates and further addresses (Kestrel). Default: localinference.json in the configuration folder, if it is there.",
        HelpName = "PATH",
    };
}
