namespace LocalInference;

/// <summary>A server sends files whole, whatever part of them it is asked for.</summary>
internal sealed class RangesRefusedException() : Exception("The server sends no parts of files.");
