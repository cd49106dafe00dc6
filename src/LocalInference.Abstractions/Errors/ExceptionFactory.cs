using System.Globalization;

namespace LocalInference.Abstractions;

/// <summary>The one place where errors are worded, so that each carries its value, its limit and the next step.</summary>
internal static partial class ExceptionFactory
{
    public static ModelNotFoundException ModelNotFound(string path) => new(
        new("model_not_found", $"No model file at '{path}'", "Check the path, or give the path of a .gguf file.") { Value = path });

    public static ModelNotFoundException ModelUnknown(string? name, IReadOnlyCollection<string> known) => new(
        new(
            "model_not_found",
            name is null ? "The request names no model, and there is no default one" : $"There is no model named '{name}'",
            known.Count == 0 ? "Add a model first." : $"Name one of those there are: {string.Join(", ", known)}.")
        { Value = name });

    public static ModelUnsupportedException ModelUnsupported(string path, string reason, string? value = null, string? limit = null, Exception? inner = null) => new(
        new("model_unsupported", $"'{path}' cannot be run: {reason}", "Run `localinference inspect` on the file, or get another copy or conversion of the model.")
        { Value = value, Limit = limit },
        inner);

    public static ModelUnsupportedException ModelOfOllama(string path, string reason, string value) => new(
        new("model_unsupported", $"'{path}' cannot be run: {reason}", "Pull the model from Hugging Face instead, as hf.co/ORGANIZATION/REPOSITORY:QUANTIZATION; `localinference models list` names some.") { Value = value });

    public static ModelMemoryException ModelMemory(string what, long bytesNeeded, long? bytesAvailable, string nextStep) => new(
        new(
            "model_memory",
            bytesAvailable is { } available
                ? $"{what} needs {Mebibytes(bytesNeeded)} MiB, {Mebibytes(available)} MiB are free"
                : $"{what} needs {Mebibytes(bytesNeeded)} MiB, which could not be allocated",
            nextStep)
        {
            Value = bytesNeeded.ToString(CultureInfo.InvariantCulture),
            Limit = bytesAvailable?.ToString(CultureInfo.InvariantCulture),
        });

    public static ContextLengthException ContextLength(int promptTokens, int contextLength) => new(
        new(
            "context_length",
            $"The prompt has {promptTokens} tokens and the context holds {contextLength}, one of which the answer needs",
            "Shorten the prompt, or load the model with a larger ContextLength.")
        {
            Value = promptTokens.ToString(CultureInfo.InvariantCulture),
            Limit = contextLength.ToString(CultureInfo.InvariantCulture),
        });

    public static ContextLengthException InputLength(int index, int tokens, int limit) => new(
        new("context_length", $"Text {index} has {tokens} tokens, {limit} are possible", "Shorten or split it, or ask for it to be cut.")
        {
            Value = tokens.ToString(CultureInfo.InvariantCulture),
            Limit = limit.ToString(CultureInfo.InvariantCulture),
        });

    public static ModelMemoryException ContextCreation(int contextLength, string? nativeReason) => new(
        new(
            "model_memory",
            $"A context of {contextLength} tokens could not be made{(nativeReason is null ? "" : $" ({nativeReason})")}",
            "Load the model with a smaller ContextLength, or free memory.")
        { Value = contextLength.ToString(CultureInfo.InvariantCulture) });

    public static BusyException Busy(int waiting, int limit, TimeSpan retryAfter) => new(
        new("busy", $"{waiting} requests wait for the model already", string.Create(CultureInfo.InvariantCulture, $"Send it again in {retryAfter.TotalSeconds:0} s."))
        {
            Value = waiting.ToString(CultureInfo.InvariantCulture),
            Limit = limit.ToString(CultureInfo.InvariantCulture),
        },
        retryAfter);

    public static NativeLibraryException NativeLibrary(string reason, string nextStep, string? value = null, Exception? inner = null) => new(
        new("native_library", reason, nextStep) { Value = value },
        inner);

    public static AdapterException Adapter(string name, string reason, string? value = null, string? limit = null, Exception? inner = null) => new(
        new("adapter_invalid", $"The adapter '{name}' cannot be used: {reason}", "Use a LoRA adapter or a control vector in GGUF that was made for this very model.") { Value = value, Limit = limit },
        inner);

    public static AdapterException AdapterUnknown(string name, IEnumerable<string> known) => new(
        new("adapter_unknown", $"No adapter '{name}' is loaded", "Load it first, or choose another one.") { Value = name, Limit = string.Join(", ", known) });

    public static SessionException Session(string code, string reason, string nextStep) => new(new(code, reason, nextStep));

    public static GenerationException Option(string name, string reason, string? value = null, string? limit = null) => new(
        new("invalid_option", $"{name}: {reason}", $"Change or leave out {name}.") { Value = value, Limit = limit });

    public static GenerationException TokenUnknown(int token, int vocabularySize) => new(
        new("token_unknown", $"Token {token} is not in the vocabulary of {vocabularySize}", $"Use ids from 0 to {vocabularySize - 1}.")
        { Value = token.ToString(CultureInfo.InvariantCulture), Limit = (vocabularySize - 1).ToString(CultureInfo.InvariantCulture) });

    public static GenerationException TextTooLong(int characters, int limit) => new(
        new("text_too_long", $"A text of {characters} characters is too long to tokenize at once", $"Split it into parts of at most {limit} characters.")
        { Value = characters.ToString(CultureInfo.InvariantCulture), Limit = limit.ToString(CultureInfo.InvariantCulture) });

    public static GenerationException NotFinite(int index) => new(
        new("embedding_not_finite", $"The model's answer for text {index} is not a number, or infinite", "Try the model with other types of weights: they may be damaged, or half precision too small for it.")
        { Value = index.ToString(CultureInfo.InvariantCulture) });

    public static GenerationException Generation(string code, string reason, string nextStep) => new(
        new(code, reason, nextStep));

    private static string Mebibytes(long bytes) =>
        (bytes / (1024.0 * 1024.0)).ToString("F0", CultureInfo.InvariantCulture);
}
