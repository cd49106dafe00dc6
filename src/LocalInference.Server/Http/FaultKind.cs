namespace LocalInference.Server.Http;

/// <summary>What went wrong with a request, as far as protocols tell it apart.</summary>
internal enum FaultKind
{
    /// <summary>The request cannot be run as it is.</summary>
    BadRequest,

    /// <summary>Prompt, or prompt and answer, are longer than the context.</summary>
    ContextLength,

    /// <summary>It names a model that is not there.</summary>
    ModelNotFound,

    /// <summary>It names something else that is not there, such as a file or a response, or that is another's.</summary>
    NotFound,

    /// <summary>Its body is larger than the server reads.</summary>
    TooLarge,

    /// <summary>It came too slowly.</summary>
    Timeout,

    /// <summary>Who asks has no key.</summary>
    Unauthorized,

    /// <summary>Who asks has asked for too much in too short a time.</summary>
    RateLimited,

    /// <summary>It must not be done, or not by who asks.</summary>
    Forbidden,

    /// <summary>Another server, which this one needs for it, has failed or refused.</summary>
    Upstream,

    /// <summary>The disk has no room for it.</summary>
    DiskFull,

    /// <summary>This server has nothing that does what it asks for.</summary>
    NotOffered,

    /// <summary>Too many others wait.</summary>
    Busy,

    /// <summary>The server is about to end.</summary>
    Stopping,

    /// <summary>The model cannot be loaded or run.</summary>
    ModelFailed,

    /// <summary>A bug, of which the caller is told nothing more.</summary>
    Internal,
}
