namespace LocalInference;

/// <summary>What a request needs of a model.</summary>
/// <param name="Model">Its name; <see langword="null"/>: the default one.</param>
/// <param name="ContextLength">Tokens of context; <see langword="null"/>: as it is configured.</param>
/// <param name="KeepAlive">How long it is to stay loaded afterwards; <see langword="null"/>: as it is configured.</param>
internal readonly record struct ModelDemand(string? Model, int? ContextLength = null, TimeSpan? KeepAlive = null);
