using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ResponseCache.Over"/>.</summary>
internal sealed class CachedTextGenerator(ITextGenerator inner, ResponseCache cache) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : inner.GetService(serviceType, serviceKey);
    }

    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return cache.KeyOf(request) is { } key ? AnswerAsync(request, key, cancellationToken) : inner.GenerateAsync(request, cancellationToken);
    }

    private async IAsyncEnumerable<GenerationEvent> AnswerAsync(GenerationRequest request, AnswerKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        KeptAnswer? kept = await cache.FindAsync(key, cancellationToken).ConfigureAwait(false);
        AnswerReuse reuse = AnswerReuse.Exact;
        Question? question = null;
        if (kept is null && (question = await cache.QuestionAsync(request, cancellationToken).ConfigureAwait(false)) is not null)
        {
            kept = await cache.FindSimilarAsync(question, cancellationToken).ConfigureAwait(false);
            reuse = AnswerReuse.Similar;
        }

        if (kept is not null)
        {
            ResponseCache.Took(reuse);
            cache.Reused(request, kept.Started, ReusedAnswer.Ended(kept.Ended, reuse).Usage, inner);
            foreach (GenerationEvent e in kept.Replay(request, reuse, cache.Time.GetUtcNow()))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return e;
            }

            yield break;
        }

        SharedAnswer answer = Join(request, key, question, out bool isMaker);
        ResponseCache.Took(isMaker ? AnswerReuse.None : AnswerReuse.Shared);
        GenerationStarted? started = null;
        await foreach (GenerationEvent e in answer.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return isMaker ? e : Shared(request, e, ref started);
        }
    }

    // The answer that is being made for the same request, or a new one.
    private SharedAnswer Join(GenerationRequest request, AnswerKey key, Question? question, out bool isMaker)
    {
        var made = new SharedAnswer();
        made.TryJoin();
        while (cache.Coalesces)
        {
            SharedAnswer answer = cache.Running.GetOrAdd((inner, key, request.ReportPromptProgress), made);
            if (answer == made)
            {
                break;
            }

            if (answer.TryJoin())
            {
                isMaker = false;
                return answer;
            }

            // Its last reader has just left; who makes it takes it out as well.
            cache.Running.TryRemove(new((inner, key, request.ReportPromptProgress), answer));
        }

        isMaker = true;
        _ = MakeAsync(made, request, key, question);
        return made;
    }

    private async Task MakeAsync(SharedAnswer answer, GenerationRequest request, AnswerKey key, Question? question)
    {
        Exception? failure = null;
        try
        {
            Task<string?>? digest = null;
            await foreach (GenerationEvent e in inner.GenerateAsync(request, answer.Left).ConfigureAwait(false))
            {
                if (e is GenerationStarted started)
                {
                    // Asked for now: at the end the name may stand for another model already.
                    digest = cache.DigestAsync(started.Route?.Model ?? started.Model, answer.Left).AsTask();
                }

                answer.Add(e);
            }

            cache.Keep(key, answer.Events, digest is null ? null : await digest.ConfigureAwait(false), question);
        }
        catch (Exception e)
        {
            failure = e;
        }

        cache.Running.TryRemove(new((inner, key, request.ReportPromptProgress), answer));
        answer.End(failure);
    }

    private GenerationEvent Shared(GenerationRequest request, GenerationEvent e, ref GenerationStarted? started)
    {
        switch (e)
        {
            case GenerationStarted first:
                return started = ReusedAnswer.Started(first, AnswerReuse.Shared, cache.Time.GetUtcNow());
            case GenerationEnded ended:
                GenerationEnded last = ReusedAnswer.Ended(ended, AnswerReuse.Shared);
                cache.Reused(request, started!, last.Usage, inner);
                return last;
            default:
                return e;
        }
    }
}
