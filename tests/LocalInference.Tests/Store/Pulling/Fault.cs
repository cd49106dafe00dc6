namespace LocalInference.Tests.Store.Pulling;

/// <summary>What goes wrong with an answer.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The connection ends without an answer.</summary>
    Drop,

    /// <summary>No answer at all.</summary>
    Silence,

    /// <summary>It ends within the body.</summary>
    Truncate,

    /// <summary>One bit of the body is wrong.</summary>
    WrongBytes,

    /// <summary>Nothing more comes.</summary>
    Stall,

    /// <summary>A byte now and then.</summary>
    Drip,

    /// <summary>429, with a time to wait.</summary>
    TooManyRequests,

    /// <summary>500.</summary>
    Failure,

    /// <summary>400, as Hugging Face says of split models.</summary>
    BadRequest,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>To the same path on the other host.</summary>
    Redirect,

    /// <summary>The whole file, whatever was asked for.</summary>
    Whole,
}
