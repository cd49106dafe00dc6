using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Carries requests to one registry, and signs in where it asks for that. It follows redirections itself: nothing secret goes with them to
/// another host, and none of them may leave encryption behind.
/// </summary>
/// <param name="http">Sends requests, and follows no redirections.</param>
/// <param name="address">The registry.</param>
/// <param name="name">The model, for errors.</param>
/// <param name="options">What is allowed, and how patient to be.</param>
internal sealed class RegistryTransport(HttpClient http, RegistryAddress address, ModelName name, TransferOptions options) : IDisposable
{
    private const int MostRedirections = 10;

    private readonly RegistryLogin _login = new(address, options);

    /// <summary>Where the registry is.</summary>
    public Uri Base => address.Base;

    /// <param name="message">What is sent.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The answer, as soon as its headers are there: success, or what the message expects.</returns>
    /// <exception cref="TransferInterruptedException">It may succeed another time.</exception>
    /// <exception cref="LocalInferenceException">It will not.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryMessage message, CancellationToken cancellationToken)
    {
        Uri uri = message.Uri;
        bool maySignIn = true;
        for (int redirections = 0; redirections <= MostRedirections;)
        {
            AuthenticationHeaderValue? authorization = address.Covers(uri) ? _login.Authorization : null;
            HttpResponseMessage response = await SendOnceAsync(message, uri, authorization, cancellationToken).ConfigureAwait(false);
            bool isAnswer = response.IsSuccessStatusCode;
            try
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && maySignIn && address.Covers(uri))
                {
                    maySignIn = false;
                    if (await _login.SignInAsync(response, authorization, FetchTokenAsync, cancellationToken).ConfigureAwait(false))
                    {
                        continue;
                    }
                }

                isAnswer |= message.Expected.Contains(response.StatusCode);
                if (isAnswer)
                {
                    return response;
                }

                if (response.Headers.Location is not { } location || !KeepsMethod(message.Method, response.StatusCode))
                {
                    throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
                }

                uri = Follow(uri, new Uri(uri, location));
                redirections++;
            }
            finally
            {
                if (!isAnswer)
                {
                    response.Dispose();
                }
            }
        }

        throw Failed($"{address.Base.Host} redirects more than {MostRedirections} times");
    }

    /// <summary>The body of an answer.</summary>
    /// <exception cref="StoreException">It is longer than it should be.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellationToken)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[(int)Math.Min(most, response.Content.Headers.ContentLength ?? most) + 1];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return length <= most ? buffer[..length] : throw Failed($"{response.RequestMessage!.RequestUri!.Host} sent more than {most} bytes");
    }

    /// <summary>Where an answer leads to.</summary>
    /// <exception cref="StoreException">It may not be followed there.</exception>
    public Uri Follow(Uri from, Uri to)
    {
        bool isDowngrade = from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps;
        return isDowngrade || (to.Scheme != Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttp)
            ? throw Failed($"{from.Host} redirects to {to.Scheme}, without encryption")
            : to;
    }

    public StoreException Failed(string reason, string? value = null) => ExceptionFactory.TransferFailed(options.IsUpload, $"'{name}'", reason, value: value);

    public void Dispose() => _login.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryMessage message, Uri uri, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        if (options.AllowedHosts is { } allowed && !allowed.Contains(uri.Host, StringComparer.OrdinalIgnoreCase))
        {
            throw ExceptionFactory.HostNotAllowed($"'{name}'", uri.Host, allowed);
        }

        using HttpRequestMessage request = new(message.Method, uri) { Content = message.Content?.Invoke() };
        message.Prepare(request);
        request.Headers.Authorization = authorization;
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw RegistryHttp.FindRefusal(e) is { } status ? ExceptionFactory.ProxyRefused($"'{name}'", uri.Host, status) : new TransferInterruptedException(e.Message, inner: e);
        }
    }

    private async Task<byte[]> FetchTokenAsync(Uri realm, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        Uri uri = Follow(address.Base, realm);
        using HttpResponseMessage response = await SendOnceAsync(new RegistryMessage(HttpMethod.Get, uri), uri, authorization, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? await ReadAsync(response, ModelManifest.MostBytes, cancellationToken).ConfigureAwait(false)
            : throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
    }

    // The others make a GET of whatever it was.
    private static bool KeepsMethod(HttpMethod method, HttpStatusCode status) =>
        (int)status is 307 or 308 || ((int)status is 301 or 302 or 303 && (method == HttpMethod.Get || method == HttpMethod.Head));

    private async Task<Exception> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string host = response.RequestMessage!.RequestUri!.Host;
        int status = (int)response.StatusCode;
        switch (status)
        {
            case 401 or 403:
                return options.IsUpload ? ExceptionFactory.UploadRefused($"'{name}'", host) : ExceptionFactory.DownloadRefused($"'{name}'", host);
            case 404 when !options.IsUpload:
                return ExceptionFactory.ModelNotOffered(name.ToString(), host);
            case 407:
                return ExceptionFactory.ProxyRefused($"'{name}'", host, status);
            case 408 or 429 or >= 500:
                return new TransferInterruptedException($"{host} answered {status}", RetryAfter(response));
            default:
                string? reason = options.IsUpload ? await RegistryErrors.ReadAsync(response, cancellationToken).ConfigureAwait(false) : null;
                return Failed($"{host} answered {status}{(reason is null ? "" : $" ({reason})")}", status.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter is not { } header ? null : header.Delta ?? (header.Date - DateTimeOffset.UtcNow is { } wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
}
