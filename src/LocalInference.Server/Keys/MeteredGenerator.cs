using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using LocalInference.Server.Metrics;

namespace LocalInference.Server.Keys;

/// <summary>Generates on behalf of whoever asks, counts what it took, and charges his key.</summary>
/// <param name="inner">Generates.</param>
/// <param name="holder">The key of whoever asks; <see langword="null"/>: the server has no keys.</param>
/// <param name="time">The clock.</param>
internal sealed class MeteredGenerator(ITextGenerator inner, KeyHolder? holder, TimeProvider time) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Who leaves early is charged for what was read, and what was sent: about a token for each piece.
        long begun = time.GetTimestamp();
        bool isProgressAsked = request.ReportPromptProgress;
        int read = 0;
        int sent = 0;
        TimeSpan? firstToken = null;
        GenerationStarted? started = null;
        GenerationUsage? taken = null;
        request = holder is null ? request : request with { Caller = holder.Key.Name, ReportPromptProgress = true };
        try
        {
            await foreach (GenerationEvent e in inner.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
            {
                started ??= e as GenerationStarted;
                taken = (e as GenerationEnded)?.Usage;
                if (e is PromptProgressed progress)
                {
                    read = progress.ProcessedTokens;
                    if (!isProgressAsked)
                    {
                        continue;
                    }
                }
                else
                {
                    sent++;
                    if (firstToken is null && e is not (GenerationStarted or AnswerContinued or GenerationEnded))
                    {
                        firstToken = time.GetElapsedTime(begun);
                    }
                }

                yield return e;
            }
        }
        finally
        {
            holder?.Charge(taken is null ? read + sent : taken.PromptTokens - taken.CachedPromptTokens + taken.GeneratedTokens);
            if (started is not null)
            {
                RequestMeter.Record(
                    request.Input is ChatInput ? "chat" : "text_completion",
                    holder?.Key.Name,
                    started.Model,
                    request.Adapters,
                    firstToken,
                    taken);
            }
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);
}
