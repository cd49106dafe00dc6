namespace LocalInference.Cli.Catalogue;

/// <summary>What a model takes with a context.</summary>
/// <param name="Context">Tokens.</param>
/// <param name="Bytes">Bytes, buffers included.</param>
internal sealed record MemoryNeed(int Context, long Bytes);
