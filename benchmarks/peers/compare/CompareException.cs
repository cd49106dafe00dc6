namespace LocalInference.Compare;

/// <summary>Why nothing could be compared, in a sentence for the terminal.</summary>
internal sealed class CompareException(string message) : Exception(message);
