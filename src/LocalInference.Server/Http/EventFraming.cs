namespace LocalInference.Server.Http;

/// <summary>How objects follow each other in an answer.</summary>
internal enum EventFraming
{
    /// <summary>One on a line.</summary>
    Lines,

    /// <summary>As the HTML standard's event streams.</summary>
    ServerSentEvents,
}
