namespace LocalInference.Tests.Store.Registries;

public sealed class EnvironmentProxyTests
{
    [Theory]
    [InlineData("https://hf.co/", "http://s.test:1")]
    [InlineData("http://hf.co/", "http://p.test:2")]
    [InlineData("https://localhost/", null)]
    [InlineData("http://127.1.2.3:5000/", null)]
    [InlineData("http://[::1]:5000/", null)]
    public void Each_scheme_has_a_proxy_of_its_own_and_this_machine_has_none(string destination, string? proxy) =>
        Assert.Equal(proxy, Find(destination, ("HTTPS_PROXY", "http://user:secret@s.test:1"), ("HTTP_PROXY", " p.test:2 ")));

    [Theory]
    [InlineData("example.com", "https://example.com/", true)]
    [InlineData("example.com", "https://cdn.example.com/", true)]
    [InlineData(".example.com", "https://example.com/", true)]
    [InlineData("*.example.com", "https://cdn.EXAMPLE.com/", true)]
    [InlineData("example.com", "https://badexample.com/", false)]
    [InlineData("example.com:5000", "https://example.com:5000/", true)]
    [InlineData("example.com:5000", "https://cdn.example.com:5000/", true)]
    [InlineData("example.com:5000", "https://example.com/", false)]
    [InlineData("a.test, example.com ,b.test", "https://example.com/", true)]
    [InlineData("a.test b.test", "https://b.test/", true)]
    [InlineData("10.0.0.0/8", "https://10.2.3.4/", true)]
    [InlineData("10.0.0.0/8", "https://11.2.3.4/", false)]
    [InlineData("10.0.0.0/8", "https://example.com/", false)]
    [InlineData("10.2.3.4", "https://10.2.3.4:5000/", true)]
    [InlineData("10.2.3.4:5000", "https://10.2.3.4/", false)]
    [InlineData("fd00::/8", "https://[fd00::1]/", true)]
    [InlineData("fd00::1", "https://[fd00::1]:5000/", true)]
    [InlineData("*", "https://example.com/", true)]
    [InlineData(" , ", "https://example.com/", false)]
    public void Whom_no_proxy_is_asked_for_is_read_as_curl_reads_it(string list, string destination, bool isDirect) =>
        Assert.Equal(isDirect ? null : "http://p.test:3128", Find(destination, ("ALL_PROXY", "p.test:3128"), ("NO_PROXY", list)));

    [Fact]
    public void Small_letters_count_first_and_nothing_named_is_the_systems_matter()
    {
        Assert.Equal("socks5://b.test:1080", Find("https://hf.co/", ("HTTPS_PROXY", "http://a.test"), ("https_proxy", "socks5://b.test:1080")));
        Assert.Null(EnvironmentProxy.Read(static name => name == "NO_PROXY" ? "*" : ""));
    }

    [Fact]
    public void Passwords_are_told_to_the_proxy_that_they_are_for()
    {
        EnvironmentProxy proxy = EnvironmentProxy.Read(static name => name switch { "HTTP_PROXY" => "http://a:1%3A2@p.test:1", "ALL_PROXY" => "c:p@ss/w#rd@all.test:3", "HTTPS_PROXY" => "http://b@s.test:2", _ => null })!;

        Assert.Equal(("a", "1:2"), Login("http://p.test:1"));
        Assert.Equal(("b", ""), Login("http://s.test:2"));
        Assert.Equal(("c", "p@ss/w#rd"), Login("http://all.test:3"));
        Assert.Null(proxy.Credentials!.GetCredential(new Uri("http://registry.test"), "Basic"));

        (string, string) Login(string address) => proxy.Credentials!.GetCredential(new Uri(address), "Basic") is { } found ? (found.UserName, found.Password) : default;
    }

    private static string? Find(string destination, params (string Name, string Value)[] variables)
    {
        EnvironmentProxy proxy = EnvironmentProxy.Read(variables.ToDictionary(static variable => variable.Name, static variable => (string?)variable.Value, StringComparer.Ordinal).GetValueOrDefault)!;
        Uri uri = new(destination);
        Assert.Equal(proxy.GetProxy(uri) is null, proxy.IsBypassed(uri));
        return proxy.GetProxy(uri)?.GetLeftPart(UriPartial.Authority);
    }
}
