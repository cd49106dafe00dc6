using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// What a registry is told so that it answers: nothing, until it asks; then a token that its service gives out, or the password itself.
/// Passwords go to the host that they are for and no other, over HTTPS or within this machine.
/// </summary>
/// <param name="address">The registry.</param>
/// <param name="options">Who signs in.</param>
internal sealed class RegistryLogin(RegistryAddress address, TransferOptions options) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile AuthenticationHeaderValue? _authorization = Bearer(address.Token);

    /// <summary>What requests to the registry carry.</summary>
    public AuthenticationHeaderValue? Authorization => _authorization;

    /// <summary>Does what a refusal asks for.</summary>
    /// <param name="response">The refusal.</param>
    /// <param name="refused">What the request carried.</param>
    /// <param name="fetchToken">Gets what the service for tokens says, with what it is to be told.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether there is something new to try.</returns>
    public async Task<bool> SignInAsync(
        HttpResponseMessage response,
        AuthenticationHeaderValue? refused,
        Func<Uri, AuthenticationHeaderValue?, CancellationToken, Task<byte[]>> fetchToken,
        CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_authorization is { } other && !ReferenceEquals(other, refused))
            {
                // Another connection has signed in meanwhile.
                return true;
            }

            if (BearerChallenge.Of(response) is { } challenge)
            {
                byte[] json = await fetchToken(challenge.Address, Authorize(challenge.Address), cancellationToken).ConfigureAwait(false);
                TokenAnswer? answer = JsonSerializer.Deserialize(json, RegistryJson.Default.TokenAnswer);
                _authorization = Bearer(answer?.Token ?? answer?.AccessToken) ?? throw new TransferInterruptedException($"{challenge.Realm.Host} answered without a token");
                return true;
            }

            bool asksForPassword = response.Headers.WwwAuthenticate.Any(static header => header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase));
            if (!asksForPassword || refused is not null || Basic(address.Base) is not { } password)
            {
                return false;
            }

            _authorization = password;
            return true;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new TransferInterruptedException($"the token could not be read: {e.Message}", inner: e);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static AuthenticationHeaderValue? Bearer(string? token) => token is null ? null : new AuthenticationHeaderValue("Bearer", token);

    // A service for tokens may be on a host of its own; then it has a password of its own.
    private AuthenticationHeaderValue? Authorize(Uri service) => (address.Covers(service) ? Bearer(address.Token) : null) ?? Basic(service);

    private AuthenticationHeaderValue? Basic(Uri host)
    {
        bool isSafe = host.Scheme == Uri.UriSchemeHttps || host.IsLoopback;
        return isSafe && RegistryCredentials.Find(host.Authority, options, Environment.GetEnvironmentVariable) is { } credential
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Password}")))
            : null;
    }
}
