namespace LocalInference.LoadTest;

/// <summary>The load test cannot go on; the message says what to do.</summary>
internal sealed class LoadTestException(string message) : Exception(message);
