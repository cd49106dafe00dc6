using System.Runtime.CompilerServices;
using System.Text;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Answers requests with the models of this process; see <see cref="LocalModelExtensions.AsTextGenerator(LocalModel, LocalTextGeneratorOptions)"/>.</summary>
/// <param name="models">Where the models are.</param>
/// <param name="options">How they answer.</param>
/// <param name="model">The model behind, where there is only one.</param>
internal sealed class LocalTextGenerator(IModelSource models, LocalTextGeneratorOptions options, LocalModel? model = null) : ITextGenerator, ITokenCounter, IPromptTokenizer
{
    private readonly GenerationTelemetry _telemetry = new(options);

    public TextGeneratorMetadata Metadata { get; } = new() { ProviderName = GenerationTelemetry.ProviderName, DefaultModel = models.DefaultModel };

    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Answer(request, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(TextGeneratorMetadata) ? Metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(model) ? model
            : null;
    }

    public async ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        new((await PromptTokensOf(request, cancellationToken).ConfigureAwait(false)).Tokens.Count, IsEstimate: false);

    public ValueTask<RenderedPrompt> RenderAsync(GenerationRequest request, CancellationToken cancellationToken = default) => PromptTokensOf(request, cancellationToken);

    public async ValueTask<IReadOnlyList<int>> TokenizeAsync(string text, TokenizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new TokenizeOptions();
        using ModelUse use = await models.UseAsync(new ModelDemand(options.Model), cancellationToken).ConfigureAwait(false);
        return use.Model.Tokenizer.Encode(text, options.AddSpecialTokens, options.ParseSpecialTokens);
    }

    public async ValueTask<string> DetokenizeAsync(ReadOnlyMemory<int> tokens, TokenizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TokenizeOptions();
        using ModelUse use = await models.UseAsync(new ModelDemand(options.Model), cancellationToken).ConfigureAwait(false);
        return use.Model.Tokenizer.Decode(tokens.Span, options.ParseSpecialTokens);
    }

    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> GetPiecesAsync(ReadOnlyMemory<int> tokens, TokenizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TokenizeOptions();
        using ModelUse use = await models.UseAsync(new ModelDemand(options.Model), cancellationToken).ConfigureAwait(false);
        Tokenizer tokenizer = use.Model.Tokenizer;
        var pieces = new ReadOnlyMemory<byte>[tokens.Length];
        for (int i = 0; i < pieces.Length; i++)
        {
            int token = tokens.Span[i];
            byte[] bytes = tokenizer.GetBytes(token);
            pieces[i] = bytes.Length > 0 || !options.ParseSpecialTokens ? bytes : Encoding.UTF8.GetBytes(tokenizer.GetName(token));
        }

        return pieces;
    }

    private async ValueTask<RenderedPrompt> PromptTokensOf(GenerationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using ModelUse use = await models.UseAsync(new ModelDemand(request.Model, request.ContextLength, request.KeepAlive), cancellationToken).ConfigureAwait(false);
        PreparedPrompt prompt = new PromptBuilder(use.Model, options, cancellationToken).Build(use.Defaults.Fill(request, use.Model), room: null);
        return new RenderedPrompt(use.Model.Tokenizer.Decode(prompt.Tokens, renderSpecial: true), prompt.Tokens);
    }

    private async IAsyncEnumerable<GenerationEvent> Answer(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using RequestTelemetry telemetry = _telemetry.Begin(request, request.Model ?? models.DefaultModel);
        ModelUse? use = null;
        IAsyncEnumerator<GenerationEvent> events;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            Check(request);
            // What follows an answer may be a long prompt.
            await TokenDelivery.LeaveAsync();
            use = await models.UseAsync(new ModelDemand(request.Model, request.ContextLength, request.KeepAlive), cancellationToken).ConfigureAwait(false);
            events = Begin(use, request, cancellationToken);
        }
        catch (Exception e)
        {
            use?.Dispose();
            telemetry.Fail(e);
            throw;
        }

        using ModelUse used = use;
        await using (events.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync().ConfigureAwait(false))
                    {
                        yield break;
                    }
                }
                catch (Exception e)
                {
                    telemetry.Fail(e);
                    throw;
                }

                GenerationEvent current = events.Current;
                if (current is GenerationEnded ended)
                {
                    current = telemetry.End(ended);
                }
                else
                {
                    telemetry.Observe(current);
                }

                yield return current;
            }
        }
    }

    private IAsyncEnumerator<GenerationEvent> Begin(ModelUse use, GenerationRequest request, CancellationToken cancellationToken)
    {
        request = use.Defaults.Fill(request, use.Model);
        int contextLength = ContextLength(request, use.Model);
        int? room = request.ContextOverflow == ContextOverflowPolicy.Error ? null : contextLength - Math.Max(1, Math.Min(request.MaxTokens ?? int.MaxValue, contextLength / 4));
        PreparedPrompt prompt = new PromptBuilder(use.Model, options, cancellationToken).Build(request, room);
        var run = new GenerationRun(use, request, prompt, request.Sampling.Over(use.Sampling.Over(options.Sampling)), contextLength);
        var started = new GenerationStarted($"gen-{Guid.NewGuid():N}", use.Name, options.TimeProvider.GetUtcNow());
        return run.RunAsync(started, cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    private static void Check(GenerationRequest request)
    {
        if (request.MaxTokens is < 0)
        {
            throw ExceptionFactory.Option(nameof(request.MaxTokens), "must not be negative", $"{request.MaxTokens}", "0");
        }

        if (request.Input is ChatInput { Reasoning.MaxTokens: < 0 } chat)
        {
            throw ExceptionFactory.Option(nameof(ReasoningSettings), "the tokens to think with must not be negative", $"{chat.Reasoning.MaxTokens}", "0");
        }
    }

    private static int ContextLength(GenerationRequest request, LocalModel model) => request.ContextLength switch
    {
        null => model.ContextLength,
        < 1 => throw ExceptionFactory.Option(nameof(request.ContextLength), "must be at least 1", $"{request.ContextLength}", "1"),
        { } wanted when wanted > model.ContextLength => throw ExceptionFactory.Option(nameof(request.ContextLength), "the model was loaded with a smaller context", $"{wanted}", $"{model.ContextLength}"),
        { } wanted => wanted,
    };
}
