namespace LocalInference.Abstractions;

internal static partial class ExceptionFactory
{
    /// <param name="path">The file that cannot be used.</param>
    /// <param name="reason">Why not, with names of what is in it.</param>
    /// <param name="nextStep">What to do about it.</param>
    /// <param name="value">What was found.</param>
    /// <param name="limit">What would be possible.</param>
    /// <param name="inner">What led to it.</param>
    public static ConversionException ConversionInput(string path, string reason, string nextStep, string? value = null, string? limit = null, Exception? inner = null) => new(
        new("conversion_unsupported", $"'{path}' cannot be converted: {reason}", nextStep) { Value = value, Limit = limit },
        inner);

    public static ConversionException ConversionFailed(string path, string reason, string nextStep, Exception? inner = null) => new(
        new("conversion_failed", $"'{path}' could not be written: {reason}", nextStep) { Value = path },
        inner);

    public static ConversionException ImportanceMatrix(string path, string reason, string? value = null, string? limit = null, Exception? inner = null) => new(
        new("imatrix_invalid", $"The importance matrix '{path}' cannot be used: {reason}", "Use a GGUF file that llama.cpp's llama-imatrix made of this very model.") { Value = value, Limit = limit },
        inner);

    public static ConversionException ImportanceMatrixMissing(string type, string tensor) => new(
        new("imatrix_missing", $"{type} needs an importance matrix with an entry for '{tensor}'", "Give one that was made of this model, or choose a type with more bits.") { Value = type, Limit = tensor });
}
