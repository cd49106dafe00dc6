namespace LocalInference.Providers.Tests;

/// <summary>What a fake provider does with a request.</summary>
internal sealed class Answer(Func<Wire, Task> write)
{
    public Task WriteAsync(Wire wire) => write(wire);

    /// <summary>A body with a status.</summary>
    public static Answer Of(int status, string body, string mediaType = "application/json", params (string Name, string Value)[] headers) => new(async wire =>
    {
        wire.Head(status, mediaType, headers);
        wire.Finish();
        await wire.WriteAsync(body);
    });

    /// <summary>A stream that ends as it should.</summary>
    public static Answer Stream(string mediaType, params string[] pieces) => Broken(mediaType, static _ => Task.CompletedTask, pieces);

    /// <summary>A stream with something behind it.</summary>
    public static Answer Broken(string mediaType, Func<Wire, Task> end, params string[] pieces) => new(async wire =>
    {
        wire.Head(200, mediaType);
        await wire.WriteAsync("");
        for (int i = 0; i < pieces.Length; i++)
        {
            if (i == pieces.Length - 1)
            {
                wire.Finish();
            }

            await wire.WriteAsync(pieces[i]);
        }

        wire.Finish();
        await end(wire);
    });

    /// <summary>Server-sent events.</summary>
    public static string[] Events(params string[] data) => [.. data.Select(static one => $"data: {one}\n\n")];
}
