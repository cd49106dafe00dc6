using System.Text;

namespace LocalInference.Abstractions;

/// <summary>Shows how models see text: tokens and rendered prompts. Implementations are safe for concurrent use.</summary>
public interface IPromptTokenizer
{
    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How to read it; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Stops the work, loading the model included.</param>
    /// <returns>Ids of the model's vocabulary.</returns>
    /// <exception cref="LocalInferenceException">The model is not there or has no vocabulary, or the text is too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<IReadOnlyList<int>> TokenizeAsync(string text, TokenizeOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>The text of tokens.</summary>
    /// <param name="tokens">Ids of the model's vocabulary.</param>
    /// <param name="options">How to write it; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Stops the work, loading the model included.</param>
    /// <returns>The text; bytes that are no valid UTF-8 become U+FFFD.</returns>
    /// <exception cref="LocalInferenceException">The model is not there, or an id is not in its vocabulary.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<string> DetokenizeAsync(ReadOnlyMemory<int> tokens, TokenizeOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>What each of some tokens stands for, in bytes: a character may go over several tokens.</summary>
    /// <param name="tokens">Ids of the model's vocabulary.</param>
    /// <param name="options">How to write them; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Stops the work, loading the model included.</param>
    /// <returns>The bytes of each token, in their order. Where an implementation has no better: those of its text in UTF-8.</returns>
    /// <exception cref="LocalInferenceException">The model is not there, or an id is not in its vocabulary.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> GetPiecesAsync(ReadOnlyMemory<int> tokens, TokenizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        var pieces = new ReadOnlyMemory<byte>[tokens.Length];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = Encoding.UTF8.GetBytes(await DetokenizeAsync(tokens.Slice(i, 1), options, cancellationToken).ConfigureAwait(false));
        }

        return pieces;
    }

    /// <summary>The prompt that a request would be answered from.</summary>
    /// <param name="request">The request; it is not run.</param>
    /// <param name="cancellationToken">Stops the work, loading the model included.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="LocalInferenceException">The prompt cannot be made, as in <see cref="ITextGenerator.GenerateAsync"/>; its length is no error.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<RenderedPrompt> RenderAsync(GenerationRequest request, CancellationToken cancellationToken = default);
}
