using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// A GGUF model loaded into this process. All members are safe for concurrent use; requests are served in order of arrival.
/// Dispose it to free the memory: running generations end with <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class LocalModel : IAsyncDisposable, IDisposable
{
    private LocalModel()
    {
    }

    /// <summary>Full path of the file.</summary>
    public string Path => throw new NotSupportedException();

    /// <summary>What the model says of itself.</summary>
    public ModelInfo Info => throw new NotSupportedException();

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public int ContextLength => throw new NotSupportedException();

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer => throw new NotSupportedException();

    /// <summary>Loads a model from a GGUF file (the first part of a split one).</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">How to load it; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told how far the load is, from a thread of the load.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">The file is no model, or one that the engine cannot run.</exception>
    /// <exception cref="ModelMemoryException">Weights or KV cache do not fit.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    public static Task<LocalModel> LoadAsync(
        string path,
        LocalModelOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Continues a text, without any chat template.</summary>
    /// <param name="prompt">The text; a begin-of-sequence token is added if the model wants one.</param>
    /// <param name="options">How to generate; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Stops the generation, also inside a long prompt.</param>
    /// <exception cref="ContextLengthException">The prompt does not fit the context.</exception>
    /// <exception cref="GenerationException">An option is out of range, or the grammar does not parse.</exception>
    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(
        string prompt,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Continues a sequence of tokens, which is taken as it is.</summary>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)"/>
    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(
        ReadOnlyMemory<int> promptTokens,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Turns a conversation into the prompt tokens of the model's own chat template, ready for the assistant's answer.
    /// Special tokens spelled in the messages stay text.
    /// </summary>
    /// <exception cref="GenerationException">The model has no template (<c>template_missing</c>), or not one that is known (<c>template_unknown</c>).</exception>
    internal int[] RenderChat(IReadOnlyList<ChatTurn> turns) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
