namespace LocalInference.Server.Http;

/// <summary>Nobody reads the answer any more. The web server may know it before the request is told (<c>RequestAborted</c>).</summary>
internal sealed class ReaderLeftException() : OperationCanceledException("The reader of the answer has left.");
