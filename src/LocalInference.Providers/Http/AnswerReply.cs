using System.Net.Sockets;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// A streamed answer while it comes. Once the provider has said why it ended, nothing of it is missing: what becomes of the connection
/// afterwards is no error. Before that, an end of any kind is one.
/// </summary>
internal sealed class AnswerReply : Reply
{
    private readonly string _provider;
    private readonly ResilienceOptions _resilience;
    private readonly AnswerParser _parser;
    private readonly MessageReader _messages;
    private readonly CancellationToken _caller;
    private readonly Action _onLine;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private bool _isTaken;
    private bool _isEnded;

    private AnswerReply(ReplyParts parts, Stream body, WireProtocol protocol, ProviderOptions options, AnswerParser parser, long begun, CancellationToken caller)
        : base(parts)
    {
        _provider = options.Name;
        _resilience = options.Resilience;
        _time = options.TimeProvider;
        _parser = parser;
        _begun = begun;
        _caller = caller;
        _messages = new MessageReader(body, protocol.IsEventStream);
        _onLine = OnLine;
    }

    /// <summary>Reads up to the first update, so that what fails before it can be tried again.</summary>
    /// <exception cref="LocalInferenceException">The answer fails before that.</exception>
    public static async ValueTask<AnswerReply> OpenAsync(ReplyParts parts, WireProtocol protocol, ProviderOptions options, AnswerParser parser, long begun, CancellationToken caller)
    {
        Stream body = await parts.Response.Content.ReadAsStreamAsync(parts.Attempt.Token).ConfigureAwait(false);
        var reply = new AnswerReply(parts, body, protocol, options, parser, begun, caller);
        try
        {
            while (!parser.HasUpdate && !reply._isEnded)
            {
                await reply.ReadAsync().ConfigureAwait(false);
            }
        }
        catch
        {
            reply._messages.Dispose();
            throw;
        }

        parts.Attempt.Disarm();
        reply._isTaken = true;
        return reply;
    }

    /// <summary>The next event; <see langword="null"/>: there is none any more.</summary>
    /// <exception cref="LocalInferenceException">The answer broke off.</exception>
    public async ValueTask<GenerationEvent?> NextAsync()
    {
        while (true)
        {
            if (_parser.TryTake(out GenerationEvent? e))
            {
                if (e is GenerationEnded { Usage: var usage } && usage.PromptTokens + usage.GeneratedTokens is var tokens and > 0)
                {
                    Parts.Permit.Correct(tokens);
                }

                return e;
            }

            if (_isEnded)
            {
                return null;
            }

            Parts.Attempt.Arm(_resilience.IdleTimeout);
            await ReadAsync().ConfigureAwait(false);
            Parts.Attempt.Disarm();
        }
    }

    public override ValueTask DisposeAsync()
    {
        _messages.Dispose();
        return base.DisposeAsync();
    }

    // The time of the first update is not lengthened by signs of life before it.
    private void OnLine()
    {
        if (_isTaken)
        {
            Parts.Attempt.Arm(_resilience.IdleTimeout);
        }
    }

    private async ValueTask ReadAsync()
    {
        try
        {
            bool hasMessage = await _messages.ReadAsync(_onLine, Parts.Attempt.Token).ConfigureAwait(false);
            if (hasMessage)
            {
                _parser.Read(_messages.Message);
            }

            if (!hasMessage || _parser.IsOver)
            {
                End(() => ExceptionFactory.Provider(ProviderErrorKind.Network, _provider, "ended its answer before it was whole"));
            }
        }
        catch (OperationCanceledException e)
        {
            ThrowIfCancelled();
            End(() => Parts.Attempt.TimedOut(e));
        }
        catch (Exception e) when (e is IOException or HttpRequestException or SocketException)
        {
            // A cancelled caller may show as a connection that was closed under the read.
            ThrowIfCancelled();
            End(() => ExceptionFactory.Provider(ProviderErrorKind.Network, _provider, "broke off the connection within its answer", inner: e));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw ExceptionFactory.Provider(ProviderErrorKind.Outage, _provider, "sent what is not its protocol", inner: e);
        }
    }

    private void ThrowIfCancelled()
    {
        _caller.ThrowIfCancellationRequested();
        Parts.Attempt.ThrowIfLost();
    }

    private void End(Func<ProviderException> error)
    {
        if (!_parser.IsWhole)
        {
            throw error();
        }

        _isEnded = true;
        _parser.End(_time.GetElapsedTime(_begun));
    }
}
