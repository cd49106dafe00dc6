namespace LocalInference.Abstractions;

internal static partial class ExceptionFactory
{
    public static TrainingException Untrainable(string path, string reason, string? value = null, string? limit = null) => new(
        new("training_model_unsupported", $"'{path}' cannot be trained: {reason}", "Train a model of the architecture llama, qwen2, qwen3, phi3, gemma, gemma2 or gemma3 without extensions.") { Value = value, Limit = limit });

    public static TrainingException TrainingOption(string name, string reason, string? value = null, string? limit = null) => new(
        new("training_option", $"{name}: {reason}", $"Change or leave out {name}.") { Value = value, Limit = limit });

    public static TrainingException TrainingData(string reason, string nextStep, string? value = null, string? limit = null) => new(
        new("training_data", reason, nextStep) { Value = value, Limit = limit });

    public static TrainingException TrainingMemory(long bytesNeeded, long bytesAvailable) => new(
        new("training_memory", $"Training needs {Mebibytes(bytesNeeded)} MiB, {Mebibytes(bytesAvailable)} MiB are free", "Use a smaller model, shorter samples, or a smaller batch or rank.")
        {
            Value = bytesNeeded.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Limit = bytesAvailable.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });

    public static TrainingException TrainingCheck(string reason, string nextStep, string? value = null, string? limit = null) => new(
        new("training_check", reason, nextStep) { Value = value, Limit = limit });

    public static TrainingException TrainingCheckpoint(string path, string reason) => new(
        new("training_checkpoint", $"'{path}' cannot be resumed: {reason}", "Resume with the model, data and options that it was begun with, or begin anew in another folder.") { Value = path });

    public static TrainingException TrainingDirectoryBusy(string path) => new(
        new("training_directory_busy", $"Another training runs in '{path}'", "Wait for it, or train into another folder.") { Value = path });

    public static TrainingException TrainingWorker(string code, string reason, string nextStep) => new(new(code, reason, nextStep));

    public static TrainingException TrainingCrashed(string reason) => new(
        new("training_crashed", reason, "Go on from the last checkpoint with --resume; if it happens again, report it with the model's architecture and types."));
}
