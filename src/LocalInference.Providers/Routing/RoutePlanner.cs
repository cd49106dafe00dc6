using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Enumeration;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>Finds the models that a name stands for, and their order. Safe for concurrent use.</summary>
internal sealed class RoutePlanner(ProvidersOptions options, IReadOnlyDictionary<string, RemoteProvider> providers, ITextGenerator? local, IRuntimeStatus? status)
{
    /// <summary>Tokens that an answer is taken to have, for prices, where a request does not say.</summary>
    private const int UsualAnswer = 512;

    private readonly Dictionary<string, ModelRoute> _routes = new(options.Routes, StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, RouteTarget> _targets = new(StringComparer.Ordinal);

    /// <exception cref="ModelNotFoundException">The name stands for nothing.</exception>
    /// <exception cref="GenerationException">The request must not leave this machine, and nothing on it can answer (<c>local_only</c>).</exception>
    public RoutePlan Plan(GenerationRequest request)
    {
        string? name = request.Model ?? options.DefaultModel;
        ModelRoute? route = name is null ? null : _routes.GetValueOrDefault(name);
        if (route is null)
        {
            RouteTarget target = Target(name);
            return (request.LocalOnly || IsLocalOnly(name)) && !target.IsOnThisMachine
                ? throw ExceptionFactory.LocalOnly(name)
                : new RoutePlan([target], request.Model is null ? "the default model" : "named");
        }

        RouteTarget[] targets = [.. route.Models.Select(Target)];
        if (request.LocalOnly || IsLocalOnly(name) || route.Models.Any(IsLocalOnly))
        {
            targets = [.. targets.Where(static target => target.IsOnThisMachine)];
            if (targets.Length == 0)
            {
                throw ExceptionFactory.LocalOnly(name);
            }
        }

        RoutePlan plan = Order(targets, route, name!, request);
        return route.ContinuesBrokenAnswers ? plan with { ContinuesBrokenAnswers = true } : plan;
    }

    /// <summary>The model that a name stands for; of a route the first one, whatever may be asked in its place.</summary>
    /// <param name="name">The name.</param>
    /// <param name="localOnly">Whether the request must not leave this machine.</param>
    /// <exception cref="GenerationException">It must not, and the model is elsewhere (<c>local_only</c>).</exception>
    public (string? Model, RemoteProvider? Provider) Single(string? name, bool localOnly = false)
    {
        name ??= options.DefaultModel;
        bool isLocalOnly = localOnly || IsLocalOnly(name);
        if (name is not null && _routes.TryGetValue(name, out ModelRoute? route))
        {
            isLocalOnly |= route.Models.Any(IsLocalOnly);
            name = route.Models[0];
        }

        (RemoteProvider? provider, string? model) = Split(name);
        return isLocalOnly && provider is { Options.IsOnThisMachine: false } ? throw ExceptionFactory.LocalOnly(name) : (model, provider);
    }

    private RoutePlan Order(RouteTarget[] targets, ModelRoute route, string name, GenerationRequest request)
    {
        switch (route.Policy)
        {
            case RoutePolicy.LocalFirst:
                return new([.. targets.OrderBy(static target => target.IsOnThisMachine ? 0 : 1)], $"route '{name}': local first");
            case RoutePolicy.Cheapest:
                RouteTarget[] fit = [.. targets.Where(target => IsFit(target, request))];
                return new([.. (fit.Length > 0 ? fit : targets).OrderBy(target => Cost(target, request))], $"route '{name}': cheapest");
            case RoutePolicy.LowestLatency:
                return new([.. targets.OrderBy(static target => target.Latency.Seconds)], $"route '{name}': lowest latency");
            case RoutePolicy.Overflow:
                int waiting = status?.GetLoadedModels().Where(model => Array.Exists(targets, target => target.Provider == ModelRouter.LocalName && target.Model == model.Name)).Sum(static model => model.WaitingRequests) ?? 0;
                return waiting > route.OverflowAbove
                    ? new([.. targets.OrderBy(static target => target.Provider == ModelRouter.LocalName ? 1 : 0)], string.Create(CultureInfo.InvariantCulture, $"route '{name}': {waiting} wait for the local model"))
                    : new(targets, $"route '{name}': no more than {route.OverflowAbove.ToString(CultureInfo.InvariantCulture)} wait");
            default:
                return new(targets, $"route '{name}': first");
        }
    }

    private bool IsLocalOnly(string? name) => name is not null && options.LocalOnlyModels.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true));

    private RouteTarget Target(string? name)
    {
        if (name is not null && _targets.TryGetValue(name, out RouteTarget? known))
        {
            return known;
        }

        (RemoteProvider? provider, string? model) = Split(name);
        RouteTarget target = provider is null
            ? new()
            {
                FullName = name ?? local!.Metadata.DefaultModel ?? "",
                Provider = ModelRouter.LocalName,
                Model = model,
                Generator = local!,
                IsOnThisMachine = true,
                Latency = new(),
            }
            : new()
            {
                FullName = name!,
                Provider = provider.Options.Name,
                Model = model,
                Generator = provider.Generator,
                IsOnThisMachine = provider.Options.IsOnThisMachine,
                Known = provider.Options.Models.FirstOrDefault(known => known.Name == model),
                Latency = new(),
            };

        // Names come from requests: only those that somebody configured are kept, or the table would grow for ever.
        return name is not null && IsConfigured(name) ? _targets.GetOrAdd(name, target) : target;
    }

    private bool IsConfigured(string name) => _routes.Values.Any(route => route.Models.Contains(name, StringComparer.Ordinal));

    // A slash may also be part of a local name (NAMESPACE/MODEL): only that of a configured provider, or the @ of one, makes it remote.
    private (RemoteProvider? Provider, string? Model) Split(string? name)
    {
        int slash = name?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash > 0)
        {
            string prefix = name![..slash];
            if (providers.TryGetValue(prefix, out RemoteProvider? provider))
            {
                return (provider, name[(slash + 1)..] is { Length: > 0 } model ? model : null);
            }

            if (prefix.Contains('@', StringComparison.Ordinal))
            {
                throw ExceptionFactory.ModelUnknown(name, [.. providers.Keys.Select(static key => key + "/…")]);
            }
        }

        return local is not null ? (null, name) : throw ExceptionFactory.ModelUnknown(name, [.. _routes.Keys, .. providers.Keys.Select(static key => key + "/…")]);
    }

    private static bool IsFit(RouteTarget target, GenerationRequest request)
    {
        if (target.Known is not { } known)
        {
            return true;
        }

        ModelCapabilities needed = ModelCapabilities.None;
        if (request.Input is ChatInput chat)
        {
            needed |= chat.Tools.Count > 0 ? ModelCapabilities.Tools : ModelCapabilities.None;
            needed |= chat.Messages.Any(static message => message.Contents.Any(static content => content is DataContent or UriContent)) ? ModelCapabilities.Vision : ModelCapabilities.None;
        }

        return (known.Capabilities & needed) == needed && !(PromptTokens(request) + (long)(request.MaxTokens ?? 0) > known.ContextLength);
    }

    private static decimal Cost(RouteTarget target, GenerationRequest request)
    {
        ModelPrice? price = target.Known?.Price ?? (target.IsOnThisMachine ? ModelPrice.Free : null);
        return price is null ? decimal.MaxValue : (PromptTokens(request) * price.Input) + ((request.MaxTokens ?? UsualAnswer) * price.Output);
    }

    // About 4 characters a token, as with limits: good enough to compare prices.
    private static int PromptTokens(GenerationRequest request) => request.Input.PrecedingTokens.Length + (request.Input switch
    {
        ChatInput chat => chat.Messages.Sum(static message => message.Text.Length) / 4,
        PromptInput prompt => prompt.Text.Length / 4,
        TokenInput tokens => tokens.Tokens.Length,
        _ => 0,
    });
}
