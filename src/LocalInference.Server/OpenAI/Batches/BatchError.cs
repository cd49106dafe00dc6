namespace LocalInference.Server.OpenAI.Batches;

/// <summary>What is wrong with a batch's file.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Message">The same in words.</param>
/// <param name="Param">The field; <see langword="null"/>: the whole line.</param>
/// <param name="Line">The line, from 1; <see langword="null"/>: the whole file.</param>
internal sealed record BatchError(string Code, string Message, string? Param, int? Line);
