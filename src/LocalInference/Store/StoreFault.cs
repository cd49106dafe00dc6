namespace LocalInference;

/// <summary>Something that is not as it should be in a store.</summary>
/// <param name="Model">The model that it is a part of; <see langword="null"/>: none needs it.</param>
/// <param name="Problem">What it is.</param>
public sealed record StoreFault(string? Model, string Problem);
