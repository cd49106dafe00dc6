using System.Runtime.Versioning;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Settings;
using LocalInference.Cli.Tests.EndToEnd;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Cli.Tests.Settings;

public sealed class UserSettingsTests : IDisposable
{
    private const string Routes = """{"LocalInference":{"Routes":{"fast":{"Models":["a","b"]}}}}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void They_are_read_from_the_configuration_folder()
    {
        Write("localinference.json", Routes);

        Assert.Equal("b", UserSettings.Read(Variable, path: null)["Routes:fast:Models:1"]);
    }

    [Fact]
    public void Without_a_file_nothing_is_set() => Assert.Empty(UserSettings.Read(Variable, path: null).GetSection("Routes").GetChildren());

    [Fact]
    public void A_file_of_the_command_line_goes_before_and_may_lack_the_section()
    {
        Write("localinference.json", Routes);
        string path = Write("other.json", """{"DefaultRoute":"x"}""");

        IConfiguration settings = UserSettings.Read(Variable, path);

        Assert.Equal(("x", null), (settings["DefaultRoute"], settings["Routes:fast:Models:1"]));
    }

    [Fact]
    public void Paths_in_a_file_are_relative_to_its_folder()
    {
        string path = Write("paths.json", """{"Providers":{"a":{"KeyFile":"a.key"},"b":{"KeyFile":"/b.key"}},"Usage":{"PriceFile":"prices.json","Ledger":"Host=db;Database=usage"}}""");

        IConfiguration settings = UserSettings.Read(Variable, path);

        Assert.Equal(
            (Path.Combine(_folder, "a.key"), "/b.key", Path.Combine(_folder, "prices.json"), "Host=db;Database=usage"),
            (settings["Providers:a:KeyFile"], settings["Providers:b:KeyFile"], settings["Usage:PriceFile"], settings["Usage:Ledger"]));
    }

    [Theory]
    [InlineData("{")]
    [InlineData(null)]
    public void What_cannot_be_read_is_named(string? text)
    {
        string path = text is null ? Path.Combine(_folder, "none.json") : Write("bad.json", text);

        CliException error = Assert.Throws<CliException>(() => UserSettings.Read(Variable, path));

        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void A_key_that_others_can_read_is_refused_and_not_shown()
    {
        string path = Write("keys.json", """{"Providers":{"openai":{"Key":"sk-secret"}}}""");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        CliException error = Assert.Throws<CliException>(() => UserSettings.Read(Variable, path));

        Assert.DoesNotContain("sk-secret", error.Message + error.NextStep, StringComparison.Ordinal);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("sk-secret", UserSettings.Read(Variable, path)["Providers:openai:Key"]);
    }

    private string? Variable(string name) => name == "XDG_CONFIG_HOME" ? _folder : null;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
