using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LocalInference.Server.Http;

/// <summary>An answer that goes into a pipe: who writes it waits for who reads it.</summary>
internal sealed class PipeResponseBody(PipeWriter writer) : IHttpResponseBodyFeature
{
    public PipeWriter Writer => writer;

    public Stream Stream => writer.AsStream(leaveOpen: true);

    public void DisableBuffering()
    {
        // Nothing is buffered but what the pipe holds.
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task CompleteAsync() => writer.CompleteAsync().AsTask();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);
}
