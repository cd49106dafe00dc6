using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Counts what requests consume and cost, keeps their budgets, and writes each to a ledger. It stands around whoever answers:
/// <c>meter.Over(router.Generator)</c>. Answers get their cost into <see cref="GenerationUsage.Cost"/>. Safe for concurrent use.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Nobody asks for the semaphore's handle.")]
public sealed class UsageMeter
{
    /// <summary>Tokens that an answer is taken to have, where a request does not say.</summary>
    private const int UsualAnswer = 512;

    /// <summary>What OpenAI and Anthropic take for a request of a batch, of the price of one that is answered at once.</summary>
    private const decimal BatchShare = 0.5m;

    private static readonly Counter<double> s_cost = ProvidersTelemetry.Meter.CreateCounter<double>("localinference.usage.cost", "{currency}", "What requests cost, in the currency of the prices.");

    private readonly UsageLedger? _ledger;
    private readonly BudgetBook _budgets;
    private readonly PriceTable _priceTable;
    private readonly TokenEstimator _estimator = new();
    private readonly SemaphoreSlim _loading = new(1);
    private volatile PricedModels _models;
    private volatile bool _isLoaded;

    /// <summary>Makes a meter.</summary>
    /// <param name="providers">Whose models there are, and their prices.</param>
    /// <param name="options">Prices and budgets.</param>
    /// <param name="ledger">
    /// Where each request is written, and where budgets learn at the first request what was spent before; it is not closed by the meter.
    /// <see langword="null"/>: nowhere, and budgets begin with nothing spent.
    /// </param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <exception cref="GenerationException">Something in the options is wrong; the message names all of it (<c>configuration_invalid</c>).</exception>
    public UsageMeter(ProvidersOptions providers, UsageOptions options, UsageLedger? ledger = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(providers);
        ArgumentNullException.ThrowIfNull(options);
        ConfigurationFaults.Throw(options.Faults());
        _ledger = ledger;
        Time = timeProvider ?? TimeProvider.System;
        _priceTable = options.Prices;
        _models = new PricedModels(providers, _priceTable);
        _budgets = new BudgetBook(options.Budgets, Time);
        _isLoaded = ledger is null || _budgets.IsEmpty;
    }

    internal TimeProvider Time { get; }

    internal PricedModels Models => _models;

    /// <summary>
    /// Takes other providers and routes, as <see cref="ModelRouter.Use"/> does: requests that are under way are counted as they began.
    /// Budgets, and what they know, stay.
    /// </summary>
    /// <param name="providers">Whose models there are, and their prices.</param>
    public void Use(ProvidersOptions providers)
    {
        ArgumentNullException.ThrowIfNull(providers);
        _models = new PricedModels(providers, _priceTable);
    }

    /// <summary>A generator that is metered.</summary>
    /// <param name="generator">Who answers. What its <see cref="GenerationStarted.Route"/> says is what is counted.</param>
    public ITextGenerator Over(ITextGenerator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return new MeteredTextGenerator(generator, this);
    }

    /// <summary>An embedder that is metered. A budget refuses its requests, and sends none to another model: its vectors could not be compared.</summary>
    /// <param name="embedder">Who embeds.</param>
    public IEmbedder Over(IEmbedder embedder)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        return new MeteredEmbedder(embedder, this);
    }

    /// <summary>
    /// A batch client that is metered. A batch counts when it is submitted, and by estimate: its prompts, and for each answer the most that
    /// its request allows, at half the price. What its results turn out to be is not counted again. A budget refuses the whole batch, and
    /// sends none of it to another model. The ledger has one entry for all requests that one caller makes of one model in it.
    /// </summary>
    /// <param name="batches">Whose batches.</param>
    public IBatchClient Over(IBatchClient batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new MeteredBatchClient(batches, this);
    }

    /// <summary>
    /// Counts tokens: of local models by their own vocabulary, of others by an estimate that learns from what their answers report, and is
    /// marked as one. Of a route it counts for the first model. Nothing is sent anywhere.
    /// </summary>
    /// <param name="local">Counts for local models; <see langword="null"/>: they are estimated too.</param>
    public ITokenCounter TokenCounter(ITokenCounter? local) => new RoutedTokenCounter(() => _models.Names, _estimator, local);

    /// <summary>Begins a request, which a budget may send to another model.</summary>
    /// <exception cref="BudgetException">A budget does not allow it.</exception>
    internal async ValueTask<MeteredRequest> BeginAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken).ConfigureAwait(false);
        PricedModels models = _models;
        string? requested = request.Model;
        if (_budgets.IsEmpty)
        {
            return new MeteredRequest(this, models, request, requested, [], 0, budget: null);
        }

        int prompt = EstimatePrompt(requested, request);
        string? downgradedBy = null;
        HashSet<string>? asked = null;
        while (true)
        {
            // A request that has to stay here costs nothing, whatever else its route could do; and no budget sends it away.
            if (models.Names.IsLocalOnly(request.Model) && !request.LocalOnly)
            {
                request = request with { LocalOnly = true };
            }

            decimal promise = request.LocalOnly ? 0 : Price(models.PriceOf(request.Model), prompt, request.MaxTokens ?? UsualAnswer);
            if (_budgets.Promise(request.Caller, [request.Model, .. models.Names.Models(request.Model)], promise, out BudgetAccount? reached) is { } accounts)
            {
                return new MeteredRequest(this, models, request, requested, accounts, promise, downgradedBy);
            }

            if (reached!.Budget.DowngradeTo is not { } cheaper || !(asked ??= new(StringComparer.OrdinalIgnoreCase)).Add(cheaper))
            {
                throw _budgets.Refusal(reached);
            }

            downgradedBy = reached.Budget.Name;
            request = request with { Model = cheaper };
        }
    }

    /// <summary>Promises what embeddings may cost.</summary>
    /// <exception cref="BudgetException">A budget does not allow it.</exception>
    internal async ValueTask<(List<BudgetAccount> Accounts, decimal Promise)> PromiseAsync(PricedModels models, string? caller, string? requested, string? model, int tokens, CancellationToken cancellationToken)
    {
        decimal promise = Price(models.PriceOf(model), tokens, 0);
        return (await PromiseAsync(caller, requested, model, promise, cancellationToken).ConfigureAwait(false), promise);
    }

    /// <summary>Begins what one caller asks of one model in a batch.</summary>
    /// <exception cref="BudgetException">A budget does not allow it.</exception>
    internal async ValueTask<MeteredBatchShare> BeginAsync(string? caller, string? requested, IReadOnlyList<BatchRequest> requests, CancellationToken cancellationToken)
    {
        PricedModels models = _models;
        string model = models.Names.Models(requested) is [var first, ..] ? first : "";
        long prompts = requests.Sum(request => (long)EstimatePrompt(model, request.Request));
        long answers = requests.Sum(static request => (long)(request.Request.MaxTokens ?? UsualAnswer));
        decimal? cost = models.PriceOf(model) is { } price ? BatchShare * Price(price, prompts, answers) : null;
        return new MeteredBatchShare(this, models.Names.Provider(model, out _)?.Name ?? ModelRouter.LocalName, caller, requested, model, prompts, answers, cost, await PromiseAsync(caller, requested, model, cost ?? 0, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ends a request: its budgets, the ledger and the metric.</summary>
    internal void End(List<BudgetAccount> accounts, decimal promise, string? asked, UsageEntry entry)
    {
        if (!_budgets.IsEmpty)
        {
            _budgets.Settle(accounts, promise, entry.Caller, asked, entry.Model, entry.Cost ?? 0);
        }

        if (entry.Cost is { } cost and > 0)
        {
            s_cost.Add((double)cost, new("gen_ai.provider.name", entry.Provider), new("gen_ai.request.model", entry.Model));
        }

        _ledger?.TryAdd(entry);
    }

    /// <summary>Writes down an answer that nobody had to make.</summary>
    internal void Reused(UsageEntry entry) => _ledger?.TryAdd(entry);

    internal void Learn(string model, GenerationRequest request, int promptTokens) => _estimator.Observe(model, request, promptTokens);

    internal int EstimatePrompt(string? model, GenerationRequest request) => _estimator.Estimate(model, request).Tokens;

    private async ValueTask<List<BudgetAccount>> PromiseAsync(string? caller, string? requested, string? model, decimal promise, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken).ConfigureAwait(false);
        return _budgets.Promise(caller, [requested, model], promise, out BudgetAccount? reached) ?? throw _budgets.Refusal(reached!);
    }

    private ValueTask LoadAsync(CancellationToken cancellationToken) => _isLoaded ? ValueTask.CompletedTask : new(LoadOnceAsync(cancellationToken));

    private async Task LoadOnceAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isLoaded)
            {
                _budgets.Load(await _ledger!.SumAsync(_budgets.Since, DateTimeOffset.MaxValue, UsageGrouping.Day | UsageGrouping.Caller | UsageGrouping.Model | UsageGrouping.Requested, cancellationToken).ConfigureAwait(false));
                _isLoaded = true;
            }
        }
        catch (DbException e)
        {
            // Who cannot tell what was spent must not spend more.
            throw ExceptionFactory.BudgetUnknown(e);
        }
        finally
        {
            _loading.Release();
        }
    }

    private static decimal Price(ModelPrice? price, long prompt, long answer) => price is null ? 0 : ((prompt * price.Input) + (answer * price.Output)) / 1_000_000m;
}
