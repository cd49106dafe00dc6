namespace LocalInference.Providers;

/// <summary>What a reply is made of, and what it has to give back.</summary>
internal sealed record ReplyParts(HttpResponseMessage Response, Attempt Attempt, LimitPermit Permit) : IDisposable
{
    public void Dispose()
    {
        // The response first: it closes the connection, which the permit stands for.
        Response.Dispose();
        Permit.Dispose();
        Attempt.Dispose();
    }
}
