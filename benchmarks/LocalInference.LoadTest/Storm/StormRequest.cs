namespace LocalInference.LoadTest.Storm;

/// <summary>Something that is asked of a server.</summary>
/// <param name="Path">The route.</param>
/// <param name="Body">The JSON to send; <see langword="null"/>: it is a GET.</param>
/// <param name="Ending">What the last part of a whole answer holds, or several of which it holds one, apart by <c>|</c>; <see langword="null"/>: anything.</param>
/// <param name="IsWrong">Whether the server has to refuse it with a 4xx.</param>
/// <param name="MayLack">Whether there are models that cannot do it, which the server says with 400 or 501.</param>
internal sealed record StormRequest(string Path, string? Body, string? Ending, bool IsWrong = false, bool MayLack = false);
