namespace LocalInference.Tests.Store.Pulling;

/// <summary>What a registry was asked.</summary>
/// <param name="Method">How.</param>
/// <param name="Path">With the query.</param>
/// <param name="Authorization">The header, if there was one.</param>
/// <param name="From">The first byte asked for.</param>
/// <param name="To">The last; <see langword="null"/>: no part was asked for.</param>
/// <param name="Length">Bytes of the body.</param>
internal sealed record RegistryRequest(string Method, string Path, string? Authorization, long From, long? To, int Length);
