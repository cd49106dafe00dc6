using System.Globalization;

namespace LocalInference.Abstractions;

internal static partial class ExceptionFactory
{
    public static StoreException ModelName(string name, string reason) => new(
        new("model_name_invalid", $"'{name}' is no name of a model: {reason}", "Write it as MODEL, MODEL:TAG, NAMESPACE/MODEL:TAG or HOST/NAMESPACE/MODEL:TAG.") { Value = name });

    public static StoreException ManifestDamaged(string model, string reason, Exception? inner = null) => new(
        new("manifest_damaged", $"The manifest of '{model}' is damaged: {reason}", "Pull or create the model again, or remove it.") { Value = model },
        inner);

    public static StoreException ModelIncomplete(string model, string digest) => new(
        new("model_incomplete", $"'{model}' is not complete: {digest} is missing, or of another size than its manifest says", "Pull or create the model again.") { Value = digest });

    public static StoreException TaskUnknown(string task, IEnumerable<string> known) => new(
        new("task_unknown", $"No model is known for '{task}'", $"Name one of these tasks: {string.Join(", ", known)}.") { Value = task });

    public static StoreException DigestInvalid(string text) => new(
        new("digest_invalid", $"'{text}' is no digest", "Write it as sha256: and 64 hexadecimal digits in lower case.") { Value = text });

    public static StoreException BlobMissing(string digest) => new(
        new("blob_missing", $"There is no blob {digest} in the store", "Add it first.") { Value = digest });

    public static StoreException StoreReadOnly(string directory) => new(
        new("store_read_only", $"The models in '{directory}' are only read from there, not changed", "Change them with the program they belong to, or copy the model under another name.") { Value = directory });

    public static StoreException StoreFailed(string what, string reason, string nextStep, Exception? inner = null, string? value = null) => new(
        new("store_failed", $"{what}: {reason.TrimEnd('.')}", nextStep) { Value = value },
        inner);

    public static StoreException ModelfileInvalid(int? line, string problem, string expected, string? value = null) => new(
        new("modelfile_invalid", line is { } number ? $"Line {number} of the Modelfile: {problem}" : $"The Modelfile: {problem}", $"Expected {expected}.") { Value = value });

    public static StoreException ModelfileUnprintable(string keyword) => new(
        new("modelfile_unprintable", $"The text of {keyword} cannot be written in a Modelfile, where a line that ends in quotation marks closes it", $"Change the lines of {keyword} that end in quotation marks."));

    public static StoreException ModelRequires(string model, string version, string supported) => new(
        new("model_requires", $"'{model}' asks for what Ollama {version} can do", "Get a newer LocalInference, or an older version of the model.") { Value = version, Limit = supported });

    public static StoreException DigestMismatch(string what, string expected, string actual) => new(
        new("digest_mismatch", $"The content of {what} has the digest {actual}, not {expected}", "Try again; if it stays so, the source is damaged or has been tampered with.") { Value = actual, Limit = expected });

    public static StoreException DigestPinned(string source, string pinned, string offered, string path) => new(
        new("digest_pinned", $"The weights of '{source}' have the digest {offered}, and had {pinned} when they were first pulled", $"If their publisher has replaced them on purpose, delete '{path}' and pull again.") { Value = offered, Limit = pinned });

    public static StoreException DownloadFailed(string what, string reason, Exception? inner = null, string? value = null) => new(
        new("download_failed", $"The download of {what} failed: {reason.TrimEnd('.')}", "Try again: what has come is not downloaded again.") { Value = value },
        inner);

    public static StoreException UploadFailed(string what, string reason, Exception? inner = null, string? value = null) => new(
        new("upload_failed", $"The upload of {what} failed: {reason.TrimEnd('.')}", "Try again: what the registry has is not uploaded again.") { Value = value },
        inner);

    public static StoreException TransferFailed(bool isUpload, string what, string reason, Exception? inner = null, string? value = null) =>
        isUpload ? UploadFailed(what, reason, inner, value) : DownloadFailed(what, reason, inner, value);

    public static StoreException UploadRefused(string what, string host) => new(
        new("upload_refused", $"{host} does not take {what} from you", "Set LOCALINFERENCE_REGISTRY_HOST, _USER and _PASSWORD, or sign in with Docker; the user must be allowed to write to that repository.") { Value = host });

    public static StoreException PushUnsupported(string name, string host) => new(
        new("push_unsupported", $"'{name}' cannot be uploaded to {host}, which knows its users by the key of their Ollama", "Push it with Ollama, which can use the same store, or copy it to a name of another registry and push that.") { Value = host });

    public static StoreException CredentialsExposed(string path) => new(
        new("credentials_exposed", $"The password in '{path}' is not used, because others than you can read the file or write to it", $"Run `chmod 600 '{path}'`.") { Value = path });

    public static StoreException DownloadRefused(string what, string host) => new(
        new("download_refused", $"{host} does not give out {what} to everybody", "For Hugging Face set HF_TOKEN, once its page has granted you access; for another registry LOCALINFERENCE_REGISTRY_HOST, _USER and _PASSWORD; signing in to ollama.com is not possible here.") { Value = host });

    public static StoreException ProxyRefused(string what, string host, int status) => new(
        new("proxy_refused", $"The proxy does not let {what} through to {host}: it answered {status.ToString(CultureInfo.InvariantCulture)}", "Write user and password into HTTPS_PROXY or HTTP_PROXY, as http://USER:PASSWORD@HOST:PORT, have the proxy let the host through, or name the host in NO_PROXY.") { Value = host });

    public static StoreException HostNotAllowed(string what, string host, IEnumerable<string> allowed) => new(
        new("host_not_allowed", $"The transfer of {what} leads to {host}, which is not allowed", "Allow the host, or get the model from another one.") { Value = host, Limit = string.Join(", ", allowed) });

    public static ModelNotFoundException ModelNotOffered(string name, string host) => new(
        new("model_not_found", $"{host} has no model '{name}'", "Check the name and the tag.") { Value = name });

    public static StoreException DiskSpace(string directory, long needed, long available) => new(
        new("disk_space", $"{Mebibytes(needed)} MiB are needed in '{directory}', {Mebibytes(available)} MiB are free", "Remove models that nobody needs, or set LOCALINFERENCE_MODELS to a larger disk.")
        {
            Value = needed.ToString(CultureInfo.InvariantCulture),
            Limit = available.ToString(CultureInfo.InvariantCulture),
        });
}
