using LocalInference.Abstractions;

namespace LocalInference;

public sealed partial class LocalModel
{
    /// <summary>
    /// Writes tokens and what the model has computed of them, so that <see cref="LoadPrefixAsync"/> spares computing them again, also in
    /// another process. Nothing is computed for it: of tokens that are neither in the cache nor in the store, only the ids are saved.
    /// </summary>
    /// <param name="promptTokens">The tokens: those of a prompt, with or without its answer.</param>
    /// <param name="destination">Where they are written; some kilobytes for each token.</param>
    /// <param name="adapters">The adapters that they were computed with; <see langword="null"/>: those that the model was loaded with.</param>
    /// <param name="cancellationToken">Stops before the writing begins.</param>
    /// <returns>How many tokens were saved with their state.</returns>
    /// <exception cref="AdapterException">An adapter is not loaded.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public Task<int> SavePrefixAsync(ReadOnlyMemory<int> promptTokens, Stream destination, IReadOnlyList<AdapterSelection>? adapters = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return SaveSessionAsync([], promptTokens, destination, adapters, cancellationToken);
    }

    /// <summary>As <see cref="SavePrefixAsync"/>, with the conversation that the tokens come from.</summary>
    internal async Task<int> SaveSessionAsync(byte[] conversation, ReadOnlyMemory<int> promptTokens, Stream destination, IReadOnlyList<AdapterSelection>? adapters, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int[] tokens = ValidateTokens(promptTokens.ToArray());
        AdapterSet set = _adapters.Acquire(adapters);
        try
        {
            (int Tokens, SavedState State)? copy = await _engine.RunAsync(cache => cache.Copy(set, tokens)).ConfigureAwait(false);
            using SavedState? state = copy?.State;
            await Task.Run(() => SessionFile.Write(destination, _digest, set.Digest(), conversation, copy is { } c ? tokens.AsSpan(0, c.Tokens) : tokens, state), cancellationToken).ConfigureAwait(false);
            return copy?.Tokens ?? 0;
        }
        finally
        {
            set.Release();
        }
    }

    /// <summary>
    /// Reads what <see cref="SavePrefixAsync"/> wrote. A prompt that begins with these tokens goes on from there, as if it had been
    /// computed just now.
    /// </summary>
    /// <param name="source">Where they are read from.</param>
    /// <param name="adapters">The adapters that they were computed with; <see langword="null"/>: those that the model was loaded with.</param>
    /// <param name="cancellationToken">Stops before the reading begins.</param>
    /// <returns>
    /// The tokens. Whether their state is of use depends on <see cref="LocalModelOptions.PrefixCacheBytes"/>, and on the same context options.
    /// If the adapters are not those that it was computed with, in file and scale, it is left out, and the tokens are computed anew.
    /// </returns>
    /// <exception cref="SessionException">It is something else, damaged, or of another model.</exception>
    /// <exception cref="AdapterException">An adapter is not loaded.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public async Task<int[]> LoadPrefixAsync(Stream source, IReadOnlyList<AdapterSelection>? adapters = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return (await LoadSessionAsync(source, _ => adapters, cancellationToken).ConfigureAwait(false)).Tokens;
    }

    /// <summary>As <see cref="LoadPrefixAsync"/>, where the conversation says which adapters it was computed with.</summary>
    internal async Task<(byte[] Conversation, int[] Tokens)> LoadSessionAsync(Stream source, Func<byte[], IReadOnlyList<AdapterSelection>?> adapters, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SessionContent content = await Task.Run(() => SessionFile.Read(source, _digest), cancellationToken).ConfigureAwait(false);
        AdapterSet? set = null;
        try
        {
            set = _adapters.Acquire(adapters(content.Conversation));
            if (content.State is { } state && !content.AdaptersDigest.AsSpan().SequenceEqual(set.Digest()))
            {
                // What other adapters computed would be taken for what these compute.
                state.Dispose();
            }
            else if (content.State is { } fitting)
            {
                await _engine.RunAsync(cache => cache.Take(set, content.Tokens, fitting)).ConfigureAwait(false);
            }
        }
        catch
        {
            content.State?.Dispose();
            throw;
        }
        finally
        {
            set?.Release();
        }

        return (content.Conversation, content.Tokens);
    }
}
