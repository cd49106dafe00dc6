namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>One change to a model, with words for it.</summary>
internal sealed record ModelEdit(string Description, Func<ModelImage, ModelImage> Apply);
