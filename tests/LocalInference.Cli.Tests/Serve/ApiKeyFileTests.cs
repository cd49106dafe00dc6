using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Server;

namespace LocalInference.Cli.Tests.Serve;

public sealed class ApiKeyFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void Keys_are_read_with_their_limits()
    {
        string hash = ApiKey.HashOf("secret");
        File.WriteAllText(_path, $$"""[{"name":"anna","hash":"{{hash}}","requestsPerMinute":60},{"name":"root","hash":"{{ApiKey.HashOf("other")}}","scope":"Admin"}]""");

        IReadOnlyList<ApiKey> keys = ApiKeyFile.Read(_path);

        Assert.Equal(new ApiKey { Name = "anna", Hash = hash, RequestsPerMinute = 60 }, keys[0]);
        Assert.Equal(ApiKeyScope.Admin, keys[1].Scope);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""[{"name":"anna"}]""")]
    [InlineData("""[{"name":"anna","hash":"secret"}]""")]
    [InlineData("""[{"name":"anna","hash":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","requestPerMinute":5}]""")]
    public void What_cannot_be_read_is_refused(string text)
    {
        File.WriteAllText(_path, text);

        CliException error = Assert.Throws<CliException>(() => ApiKeyFile.Read(_path));

        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.Throws<CliException>(() => ApiKeyFile.Read(_path + ".none"));

    public void Dispose() => File.Delete(_path);
}
