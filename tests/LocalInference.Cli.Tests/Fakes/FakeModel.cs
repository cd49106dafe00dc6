using System.Runtime.CompilerServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Tests.Fakes;

/// <summary>A model whose answers are written down. Its tokens are bytes; its chat template marks roles in plain text.</summary>
internal sealed class FakeModel : ILoadedModel
{
    private readonly Queue<string[]> _answers = new();

    public ModelInfo Info { get; init; } = new()
    {
        Architecture = "fake",
        Name = "fake",
        Description = "fake 1K",
        ParameterCount = 1000,
        SizeInBytes = 1_000_000,
        TrainedContextLength = 128,
        EmbeddingLength = 8,
        LayerCount = 1,
        VocabularySize = 256,
        ChatTemplate = null,
    };

    public SamplingOverrides Sampling { get; init; } = SamplingOverrides.None;

    public ModelDefaults Defaults { get; init; } = ModelDefaults.None;

    public int ContextLength { get; init; } = 128;

    public bool Thinks { get; init; }

    /// <summary>What it thinks before each answer, piece by piece.</summary>
    public string[] Thoughts { get; init; } = [];

    /// <summary>What conversations asked for, in the order it came.</summary>
    public List<GenerationRequest> Requests { get; } = [];

    /// <summary>The prompts as text, in the order they came.</summary>
    public List<string> Prompts { get; } = [];

    public List<int[]> PromptTokens { get; } = [];

    public List<GenerationOptions> Options { get; } = [];

    public FinishReason FinishReason { get; init; } = FinishReason.EndOfGeneration;

    /// <summary>Called before each piece with its index; may cancel or throw.</summary>
    public Action<int> BeforePiece { get; set; } = static _ => { };

    public bool IsDisposed { get; private set; }

    public static FakeModel Chat() => new() { Info = new FakeModel().Info with { ChatTemplate = "template" } };

    public FakeModel Answer(params string[] pieces)
    {
        _answers.Enqueue(pieces);
        return this;
    }

    public async IAsyncEnumerable<GenerationEvent> AnswerAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Requests.Add(request);
        string prompt = request.Input is ChatInput chat
            ? string.Concat(chat.Messages.Select(static message => $"[{message.Role.Value}]{message.Text}"))
            : ((PromptInput)request.Input).Text;
        GenerationOptions options = new()
        {
            MaxTokens = request.MaxTokens,
            StopSequences = request.StopSequences,
            Sampling = request.Sampling.Over(Sampling.Over(SamplingOptions.Default)),
        };
        foreach (string thought in Thoughts)
        {
            yield return new ReasoningDelta(thought);
        }

        await foreach (GenerationUpdate update in GenerateAsync(Encode(prompt, addSpecial: true, parseSpecial: false), options, cancellationToken))
        {
            if (update.Text.Length > 0)
            {
                yield return new TextDelta(update.Text);
            }

            if (update is { FinishReason: { } reason, Usage: { } usage })
            {
                yield return new GenerationEnded { FinishReason = reason, Usage = usage };
            }
        }
    }

    public async IAsyncEnumerable<GenerationUpdate> GenerateAsync(
        ReadOnlyMemory<int> promptTokens,
        GenerationOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int[] prompt = promptTokens.ToArray();
        PromptTokens.Add(prompt);
        Prompts.Add(Encoding.UTF8.GetString([.. prompt.Select(static id => (byte)id)]));
        Options.Add(options);
        string[] pieces = _answers.TryDequeue(out string[]? answer) ? answer : [.. Enumerable.Repeat("x", options.MaxTokens ?? 1)];
        for (int i = 0; i < pieces.Length; i++)
        {
            await Task.Yield();
            BeforePiece(i);
            cancellationToken.ThrowIfCancellationRequested();
            yield return new GenerationUpdate { Text = pieces[i], Token = i };
        }

        yield return new GenerationUpdate
        {
            Text = "",
            FinishReason = FinishReason,
            Usage = new GenerationUsage
            {
                PromptTokens = prompt.Length,
                CachedPromptTokens = 0,
                GeneratedTokens = pieces.Length,
                PromptDuration = TimeSpan.FromSeconds(0.5),
                GenerationDuration = TimeSpan.FromSeconds(2),
            },
        };
    }

    /// <summary>What was asked to be embedded. A vector is the length of its text, once for each dimension.</summary>
    public List<EmbeddingRequest> Embedded { get; } = [];

    /// <summary>What was asked to be ranked. A score is how often the query is in the document.</summary>
    public List<RerankRequest> Ranked { get; } = [];

    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        Embedded.Add(request);
        return ValueTask.FromResult(new EmbeddingResult
        {
            Model = "fake",
            Embeddings = [.. request.Inputs.Select(input => new TextEmbedding(Enumerable.Repeat(input.Text!.Length + 0.5f, request.Dimensions ?? 3).ToArray(), input.Text.Length))],
        });
    }

    public ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken)
    {
        Ranked.Add(request);
        IEnumerable<RankedDocument> documents = request.Documents
            .Select((document, i) => new RankedDocument(i, document.Split(request.Query).Length - 1, document.Length))
            .OrderByDescending(static document => document.Score);
        return ValueTask.FromResult(new RerankResult
        {
            Model = "fake",
            Documents = [.. documents.Take(request.Top ?? int.MaxValue)],
            Score = RerankScore.Relevance,
            TokenCount = request.Documents.Sum(static document => document.Length),
        });
    }

    public int[] Encode(string text, bool addSpecial, bool parseSpecial) => [.. Encoding.UTF8.GetBytes(text).Select(static b => (int)b)];

    public byte[] GetPiece(int token) => [(byte)token];

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
