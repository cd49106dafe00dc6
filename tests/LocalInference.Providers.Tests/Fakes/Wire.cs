using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Providers.Tests;

/// <summary>One connection of a fake provider, for scripts to write to, break and stall.</summary>
internal sealed class Wire(HttpContext context, Action onFinish)
{
    private bool _isFinished;

    public CancellationToken Left => context.RequestAborted;

    public void Head(int status, string mediaType, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await context.Response.Body.WriteAsync(bytes, Left);
        await context.Response.Body.FlushAsync(Left);
    }

    /// <summary>Resets the connection, as a machine that crashed does.</summary>
    public void Reset()
    {
        Finish();
        context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
    }

    /// <summary>Breaks the answer off. Over HTTP/2 the connection and its other answers go on.</summary>
    public void Break()
    {
        Finish();
        context.Abort();
    }

    /// <summary>What is written next is the last: the caller may take the request for over before this machine gets round to it.</summary>
    public void Finish()
    {
        if (!_isFinished)
        {
            _isFinished = true;
            onFinish();
        }
    }

    /// <summary>Says nothing more until the caller leaves.</summary>
    public Task StallAsync() => Task.Delay(Timeout.InfiniteTimeSpan, Left);

    /// <summary>Bytes that are no proper HTTP, and the end of the connection.</summary>
    public async Task RawAsync(string text)
    {
        IConnectionTransportFeature transport = context.Features.Get<IConnectionTransportFeature>()!;
        await transport.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(text), Left);
        await Task.Delay(50, Left);
        Reset();
    }
}
