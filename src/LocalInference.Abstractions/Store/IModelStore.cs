namespace LocalInference.Abstractions;

/// <summary>
/// Models by name on this machine, with the registries that they come from and go to. Names are read as Ollama reads them, without regard
/// to case: <c>qwen2.5:0.5b</c>, <c>hf.co/ORG/REPOSITORY:Q4_K_M</c>. Implementations are safe for concurrent use, also by several processes.
/// </summary>
public interface IModelStore
{
    /// <summary>All models that are complete, the latest first.</summary>
    /// <exception cref="StoreException">They cannot be read.</exception>
    IReadOnlyList<StoredModel> List();

    /// <summary>Finds a model.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The model, or <see langword="null"/> if there is none of that name.</returns>
    /// <exception cref="StoreException">The text is no name, or the model is damaged or incomplete.</exception>
    StoredModel? Find(string name);

    /// <summary>What a model consists of: a Modelfile that would make it again, with the paths of its weights.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">The text is no name, or the model is damaged or incomplete.</exception>
    Modelfile GetModelfile(string name);

    /// <summary>Downloads a model. What is broken off is gone on with by the next pull of the same model.</summary>
    /// <param name="name">The model, with the registry in its name.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told how far it is, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it; what has come stays for the next pull.</param>
    /// <exception cref="ModelNotFoundException">The registry has no such model.</exception>
    /// <exception cref="StoreException">The name is none, the download failed or is not what it should be, the disk has no room, or the store cannot be written to.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task PullAsync(string name, PullOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Uploads a model to the registry in its name.</summary>
    /// <param name="name">The model; give it the registry's name before, with <see cref="CopyAsync"/>.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told how far it is, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it; the registry has no model then that it had not before.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">The name is none, the model is damaged or incomplete, or the registry does not take it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task PushAsync(string name, PushOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a model from a Modelfile: from another model, from GGUF files, or from folders that transformers and PEFT saved, which are
    /// converted. A model that has the name is replaced when all is written.
    /// </summary>
    /// <param name="name">The new model's name.</param>
    /// <param name="modelfile">The recipe. Instructions that take a path take a blob of the store as well, as <c>@sha256:</c> and its digits.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told what happens, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it, while llama.cpp quantizes after the tensor that it is at; then all is as before.</param>
    /// <exception cref="ModelNotFoundException">There is no model or file that the recipe names.</exception>
    /// <exception cref="StoreException">A name is none, a file is not what it should be, the disk has no room, or the store cannot be written to.</exception>
    /// <exception cref="ConversionException">A folder or a file cannot be converted.</exception>
    /// <exception cref="GenerationException">The quantization is none, or a folder of blobs has a name in it that leads elsewhere.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task CreateAsync(string name, Modelfile modelfile, CreateOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a model another name as well.</summary>
    /// <param name="source">The model.</param>
    /// <param name="destination">The other name; a model that has it is replaced.</param>
    /// <param name="cancellationToken">Stops it; then there is nothing under the other name that was not before.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">A text is no name, the model is damaged or incomplete, or the store cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task CopyAsync(string source, string destination, CancellationToken cancellationToken = default);

    /// <summary>Removes a model, and what no other needs of it.</summary>
    /// <param name="name">The model.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">The text is no name, or the model cannot be changed.</exception>
    void Remove(string name);

    /// <summary>Whether a blob is there, for models to be made of.</summary>
    /// <param name="digest"><c>sha256:</c> and 64 hexadecimal digits in lower case.</param>
    /// <exception cref="StoreException">It is no digest.</exception>
    bool HasBlob(string digest);

    /// <summary>Adds a blob, for models to be made of. One that no model needs is deleted after an hour.</summary>
    /// <param name="digest">What it must be: <c>sha256:</c> and 64 hexadecimal digits in lower case.</param>
    /// <param name="content">The content, which is read to its end unless the blob is there already.</param>
    /// <param name="cancellationToken">Stops it; nothing is left.</param>
    /// <returns>Whether it was added; <see langword="false"/>: it was there.</returns>
    /// <exception cref="StoreException">It is no digest, the content has another one, or the store cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<bool> AddBlobAsync(string digest, Stream content, CancellationToken cancellationToken = default);
}
