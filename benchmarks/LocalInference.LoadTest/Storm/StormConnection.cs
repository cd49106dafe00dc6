using System.Net;
using System.Text;

namespace LocalInference.LoadTest.Storm;

/// <summary>One client: asks one thing after the other, and leaves some answers before their end.</summary>
internal sealed class StormConnection : IDisposable
{
    private const int ReadBytes = 4096;
    private const int MostPieces = 8;
    private const int TailLetters = 8192;

    // One of so many is a socket.
    private const int SocketEvery = 15;

    // Whoever waits longer than this on an overloaded machine waits for ever.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Random _random;
    private readonly StormRequests _requests;
    private readonly StormSocket _socket;
    private readonly StormSettings _settings;
    private readonly StormTally _tally;
    private readonly HttpClient _http;

    public StormConnection(Uri server, StormSettings settings, StormTally tally, int number)
    {
        // A hash of a pair of numbers differs from run to run; this does not.
        _random = new Random(unchecked((settings.Seed * 1_000_003) + number));
        _requests = new StormRequests(settings.Model, _random);
        _socket = new StormSocket(server, settings, tally, _random);
        _settings = settings;
        _tally = tally;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1, UseProxy = false }) { BaseAddress = server, Timeout = s_patience };
    }

    /// <summary>Asks until the time is over; the last answer is read to its end.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await (_random.Next(SocketEvery) == 0 ? _socket.RunAsync() : AskAsync(_requests.Next()));
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task AskAsync(StormRequest request)
    {
        bool leaves = _random.Next(100) < _settings.CancelPercent;
        TimeSpan wait = TimeSpan.FromMilliseconds(_random.Next(400));
        int pieces = _random.Next(MostPieces);
        using var leaving = new CancellationTokenSource();
        try
        {
            using var message = new HttpRequestMessage(request.Body is null ? HttpMethod.Get : HttpMethod.Post, request.Path)
            {
                Content = request.Body is null ? null : new StringContent(request.Body, Encoding.UTF8, "application/json"),
            };
            if (leaves && pieces == 0)
            {
                // Before the answer has begun, often.
                leaving.CancelAfter(wait);
            }

            using HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
            string? tail = await ReadAsync(response, leaves ? pieces : int.MaxValue, leaving.Token);
            Judge(request, response, tail);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            _tally.Count("left");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            _tally.Count("broken");
            _tally.Blame(request.Path, $"{e.GetType().Name}: {e.Message} {request.Body}");
        }
    }

    // The end of the answer; null: it was left.
    private static async Task<string?> ReadAsync(HttpResponseMessage response, int pieces, CancellationToken cancellationToken)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[ReadBytes];
        var tail = new StringBuilder();
        for (int i = 0; i < pieces; i++)
        {
            int count = await body.ReadAsync(buffer, cancellationToken);
            if (count == 0)
            {
                return tail.ToString();
            }

            tail.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (tail.Length > 2 * TailLetters)
            {
                tail.Remove(0, tail.Length - TailLetters);
            }
        }

        return null;
    }

    private void Judge(StormRequest request, HttpResponseMessage response, string? tail)
    {
        int status = (int)response.StatusCode;
        _tally.Count(tail is null ? "left" : $"{status}");
        bool isBusy = response.StatusCode == HttpStatusCode.ServiceUnavailable;
        if (request.MayLack && response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented)
        {
            return;
        }

        if (status >= 500 && !isBusy)
        {
            _tally.Blame(request.Path, $"{status} {tail} {request.Body}");
        }
        else if (isBusy && response.Headers.RetryAfter is null)
        {
            _tally.Blame(request.Path, "503 without Retry-After");
        }
        else if (!isBusy && request.IsWrong != status is >= 400 and < 500)
        {
            _tally.Blame(request.Path, $"{status} {tail} {request.Body}");
        }
        else if (status == 200 && tail is not null && StormErrors.IsIn(tail))
        {
            _tally.Blame(request.Path, $"an error within the answer: {tail} {request.Body}");
        }
        else if (status == 200 && tail is not null && request.Ending is { } ending && !Array.Exists(ending.Split('|'), one => tail.Contains(one, StringComparison.Ordinal)))
        {
            _tally.Blame(request.Path, $"the answer has no end: {tail} {request.Body}");
        }
    }
}
