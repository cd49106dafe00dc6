using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

public sealed class KeyTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly ManualTime _time = new();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Keys_come_from_a_file_that_nobody_else_may_read()
    {
        Write("# ours\nkey-1\n\n key-2 \n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        ApiKeys keys = ApiKeys.FromFile(_file);

        Assert.Equal(["key-1", "key-2"], keys.Values);
        Assert.Equal("2 keys", keys.ToString());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_have_access_to_is_refused(UnixFileMode mode)
    {
        Write("key-1", UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);

        if (!OperatingSystem.IsWindows())
        {
            UnauthorizedAccessException error = Assert.Throws<UnauthorizedAccessException>(() => ApiKeys.FromFile(_file));
            Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("key-1", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Keys_come_from_the_environment_and_one_that_no_header_can_carry_is_refused()
    {
        Environment.SetEnvironmentVariable("LOCALINFERENCE_TEST_KEYS", "a, b");

        Assert.Equal(["a", "b"], ApiKeys.FromEnvironment("LOCALINFERENCE_TEST_KEYS").Values);
        Assert.Equal(0, ApiKeys.FromEnvironment("LOCALINFERENCE_NO_SUCH_KEYS").Count);
        Assert.DoesNotContain("sec ret", Assert.Throws<ArgumentException>(() => ApiKeys.Of("sec ret")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_take_turns()
    {
        KeyRing ring = Ring("a", "b", "c");

        Assert.Equal("a b c a", $"{ring.Take()} {ring.Take()} {ring.Take()} {ring.Take()}");
        Assert.Null(Ring().Take());
    }

    [Fact]
    public void A_limited_key_rests_as_long_as_it_is_told()
    {
        KeyRing ring = Ring("a", "b");

        Assert.True(ring.TryRotate("a", Error(ProviderErrorKind.RateLimit, TimeSpan.FromSeconds(30))));
        Assert.Equal("b b", $"{ring.Take()} {ring.Take()}");
        Assert.False(ring.TryRotate("b", Error(ProviderErrorKind.RateLimit, TimeSpan.FromSeconds(10))));
        Assert.Equal(TimeSpan.FromSeconds(10), Assert.Throws<ProviderException>(() => ring.Take()).RetryAfter);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("b", ring.Take());
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("a b", $"{ring.Take()} {ring.Take()}");
    }

    [Fact]
    public void A_refused_key_is_tried_again_after_a_while()
    {
        KeyRing ring = Ring("a");

        Assert.False(ring.TryRotate("a", Error(ProviderErrorKind.Authentication, null)));
        Assert.Equal(ProviderErrorKind.Authentication, Assert.Throws<ProviderException>(() => ring.Take()).Kind);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("a", ring.Take());
    }

    private static ProviderException Error(ProviderErrorKind kind, TimeSpan? retryAfter) => new(new("c", "w", "n")) { Kind = kind, Provider = "p", RetryAfter = retryAfter };

    private KeyRing Ring(params string[] keys) => new("p", ApiKeys.Of(keys), _time);

    private void Write(string text, UnixFileMode mode)
    {
        File.WriteAllText(_file, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_file, mode);
        }
    }
}
