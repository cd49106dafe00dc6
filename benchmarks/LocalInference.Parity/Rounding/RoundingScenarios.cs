using LocalInference.Abstractions;
using LocalInference.Compare;
using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Rounding;

/// <summary>
/// What makes an engine compute other batches than a sequence alone would: a prefix that is reused, a prompt in pieces beside
/// other requests, and several requests in a step. Each is checked to have happened.
/// </summary>
internal sealed class RoundingScenarios
{
    private const int Requests = 8;
    private const int Shared = 80;
    private const int LongPrompt = 240;
    private const int Stream = 400;
    private const int Attempts = 5;

    private readonly LocalModel _model;
    private readonly EngineSetup _setup;
    private readonly RandomPrompts _prompts;
    private readonly LogitRecorder _recorder;
    private readonly int _tokens;

    private RoundingScenarios(LocalModel model, EngineSetup setup, int tokens, int seed)
    {
        _model = model;
        _setup = setup;
        _tokens = tokens;
        _prompts = new RandomPrompts(model.Tokenizer, seed);
        _recorder = new LogitRecorder(model.Tokenizer.VocabularySize);
        model.Engine.Observer = _recorder;
    }

    /// <summary>
    /// How an engine's model is loaded for them. With flash attention llama.cpp rounds keys and values in F32 to F16 before it
    /// computes with them (build_attn_mha of llama-graph.cpp, v0.5.0), so there it is off.
    /// </summary>
    public static EngineSetup Setup(string path, KvCacheType cache, int threads) => new(path)
    {
        ContextLength = 512,
        CacheLength = 2048,
        Parallel = Requests,
        CacheType = cache,
        FlashAttention = cache == KvCacheType.F32 ? false : null,
        Threads = threads,
    };

    /// <summary>Runs all of them.</summary>
    /// <param name="setup">How the model is loaded.</param>
    /// <param name="tokens">Tokens of each answer.</param>
    /// <param name="seed">Decides the prompts.</param>
    /// <param name="cancellationToken">Stops them.</param>
    /// <exception cref="CompareException">What was to happen did not.</exception>
    public static async Task<IReadOnlyList<RoundingReport>> RunAsync(EngineSetup setup, int tokens, int seed, CancellationToken cancellationToken)
    {
        LocalModel model = await setup.LoadAsync(cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            RoundingScenarios scenarios = new(model, setup, tokens, seed);
            return
            [
                await scenarios.ReusePrefixAsync(cancellationToken).ConfigureAwait(false),
                await scenarios.PrefillInPiecesAsync(cancellationToken).ConfigureAwait(false),
                await scenarios.BatchAsync(cancellationToken).ConfigureAwait(false),
            ];
        }
    }

    private async Task<RoundingReport> ReusePrefixAsync(CancellationToken cancellationToken)
    {
        int[] start = _prompts.Next(Shared);
        await AnswerAsync([.. start, .. _prompts.Next(16)], cancellationToken).ConfigureAwait(false);
        List<(int[] Prompt, int[] Answer)> sequences = [];
        for (int i = 0; i < Requests / 2; i++)
        {
            int[] prompt = [.. start, .. _prompts.Next(8, 24)];
            GreedyAnswer answer = await AnswerAsync(prompt, cancellationToken).ConfigureAwait(false);
            Require(answer.CachedPromptTokens >= Shared, $"{answer.CachedPromptTokens} of {Shared} shared tokens were reused");
            sequences.Add((prompt, answer.Tokens));
        }

        return Compare("prefix reused", sequences);
    }

    private async Task<RoundingReport> PrefillInPiecesAsync(CancellationToken cancellationToken)
    {
        // On a busy machine the stream may have ended before the prompt came.
        for (int attempt = 1; ; attempt++)
        {
            (int[] prompt, int[] answer) = await AnswerBesideAsync(cancellationToken).ConfigureAwait(false);
            int pieces = _recorder.After(prompt)?.Steps ?? 0;
            if (pieces > 1)
            {
                return Compare($"prompt in {pieces} pieces", [(prompt, answer)]);
            }

            Require(attempt < Attempts, "the long prompt was computed in one step");
        }
    }

    // A long prompt that arrives while a stream runs, which nobody reads.
    private async Task<(int[] Prompt, int[] Answer)> AnswerBesideAsync(CancellationToken cancellationToken)
    {
        int[] prompt = _prompts.Next(LongPrompt);
        IAsyncEnumerator<GenerationUpdate> stream = _model.Stream(_prompts.Next(16), Stream, ignoreEnd: true, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            await stream.MoveNextAsync().ConfigureAwait(false);
            GreedyAnswer answer = await AnswerAsync(prompt, cancellationToken).ConfigureAwait(false);
            return (prompt, answer.Tokens);
        }
    }

    private async Task<RoundingReport> BatchAsync(CancellationToken cancellationToken)
    {
        int[][] prompts = [.. Enumerable.Range(0, Requests).Select(_ => _prompts.Next(8, 40))];
        GreedyAnswer[] answers = await _model.AnswerTogetherAsync(prompts, _tokens, cancellationToken).ConfigureAwait(false);
        (int[] Prompt, int[] Answer)[] sequences = [.. prompts.Zip(answers, static (prompt, answer) => (prompt, answer.Tokens))];
        int together = sequences.Sum(sequence => Enumerable.Range(1, _tokens - 1).Count(i => Row(sequence.Prompt, sequence.Answer, i).Rows >= Requests));
        Require(together > 0, $"no step had {Requests} rows");
        return Compare($"batch of {Requests} ({together} of its rows)", sequences);
    }

    private Task<GreedyAnswer> AnswerAsync(int[] prompt, CancellationToken cancellationToken) =>
        _model.AnswerAsync(prompt, _tokens, ignoreEnd: true, cancellationToken);

    private RoundingReport Compare(string name, IReadOnlyList<(int[] Prompt, int[] Answer)> sequences)
    {
        RoundingReport report = new(name);
        using Alone alone = new(_model, _setup);
        foreach ((int[] prompt, int[] answer) in sequences)
        {
            float[][] expected = alone.Logits(prompt, answer);
            for (int i = 0; i < answer.Length; i++)
            {
                report.Add(Row(prompt, answer, i).Logits, expected[i], answer[i]);
            }

            report.EndSequence();
        }

        return report;
    }

    private LogitRow Row(int[] prompt, int[] answer, int tokens) =>
        _recorder.After([.. prompt, .. answer.AsSpan(0, tokens)]) ?? throw new CompareException("The engine chose a token without logits.");

    private static void Require(bool happened, string otherwise)
    {
        if (!happened)
        {
            throw new CompareException($"{char.ToUpperInvariant(otherwise[0])}{otherwise[1..]}: nothing was compared.");
        }
    }
}
