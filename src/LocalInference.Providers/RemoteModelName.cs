using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>The model that a provider is asked for.</summary>
internal static class RemoteModelName
{
    /// <exception cref="LocalInferenceException">There is none, or the request may not go there.</exception>
    public static string Of(string? requested, bool localOnly, ProviderOptions options)
    {
        string model = requested ?? options.DefaultModel ?? throw ExceptionFactory.ModelUnknown(name: null, [.. options.Models.Select(static model => model.Name)]);
        return localOnly && !options.IsOnThisMachine ? throw ExceptionFactory.LocalOnly($"{options.Name}/{model}") : model;
    }
}
