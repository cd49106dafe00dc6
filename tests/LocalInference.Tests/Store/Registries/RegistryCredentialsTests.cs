using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Tests.Store.Registries;

public sealed class RegistryCredentialsTests : IDisposable
{
    private static readonly PullOptions s_options = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-docker-").FullName;

    private string Config => Path.Combine(_folder, "config.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_environment_names_one_host()
    {
        string? Variable(string name) => name switch
        {
            "LOCALINFERENCE_REGISTRY_HOST" => "registry.example:5000",
            "LOCALINFERENCE_REGISTRY_USER" => "me",
            "LOCALINFERENCE_REGISTRY_PASSWORD" => "word",
            "DOCKER_CONFIG" => _folder,
            _ => null,
        };

        Assert.Equal(new RegistryCredential("me", "word"), RegistryCredentials.Find("Registry.example:5000", s_options, Variable));
        Assert.Null(RegistryCredentials.Find("registry.example", s_options, Variable));
        Assert.Null(RegistryCredentials.Find("registry.example:5000", s_options with { Credentials = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal) }, Variable));
    }

    [Theory]
    [InlineData("registry.example")]
    [InlineData("https://registry.example")]
    [InlineData("https://registry.example/v1/")]
    public void What_docker_has_stored_is_used(string key)
    {
        Write(key, "me:pass:word");

        Assert.Equal(new RegistryCredential("me", "pass:word"), RegistryCredentials.Find("registry.example", s_options, Docker));
        Assert.Null(RegistryCredentials.Find("registry.example.org", s_options, Docker));
    }

    [Fact]
    public void A_file_that_others_can_read_is_not_used_and_its_password_not_said()
    {
        Write("registry.example", "me:word");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Config, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

            StoreException e = Assert.Throws<StoreException>(() => RegistryCredentials.Find("registry.example", s_options, Docker));

            Assert.Equal(("credentials_exposed", Config), (e.Code, e.Value));
            Assert.DoesNotContain("word", e.ToString().Replace("password", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Null(RegistryCredentials.Find("other.example", s_options, Docker));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"registry.example":{}}}""")]
    [InlineData("""{"auths":{"registry.example":{"auth":"no base64"}}}""")]
    [InlineData("""{"auths":{"registry.example":{"auth":"bm9jb2xvbg=="}}}""")]
    public void What_says_nothing_is_nothing(string content)
    {
        File.WriteAllText(Config, content);

        Assert.Null(RegistryCredentials.Find("registry.example", s_options, Docker));
    }

    private string? Docker(string name) => name == "DOCKER_CONFIG" ? _folder : null;

    private void Write(string key, string login)
    {
        File.WriteAllText(Config, $$$"""{"auths":{"{{{key}}}":{"auth":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}}}"}},"credsStore":"desktop"}""");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Config, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
