using LocalInference.Abstractions;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>The longest document is the best.</summary>
internal sealed class FakeReranker : IReranker
{
    public ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default) => new(new RerankResult
    {
        Model = request.Model!,
        Documents =
        [
            .. request.Documents.Select(static (text, index) => new RankedDocument(index, text.Length, text.Length))
                .OrderByDescending(static document => document.Score)
                .Take(request.Top ?? int.MaxValue),
        ],
        Score = RerankScore.Cosine,
        TokenCount = 7,
    });
}
