using System.Globalization;
using LocalInference.Abstractions;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Providers;

/// <summary>Reads providers and routes from a configuration, by hand: a binder needs reflection.</summary>
internal sealed partial class ProvidersConfiguration(List<string> faults)
{
    public static ProvidersOptions Read(IConfiguration configuration)
    {
        IConfiguration section = Section(configuration);
        List<string> faults = [];
        var reader = new ProvidersConfiguration(faults);
        var options = new ProvidersOptions
        {
            Providers = [.. Named(section.GetSection("Providers")).Select(one => reader.Provider(one.Section, one.Name)).OfType<ProviderOptions>()],
            Routes = section.GetSection("Routes").GetChildren().ToDictionary(static route => route.Key, reader.Route, StringComparer.OrdinalIgnoreCase),
            LocalOnlyModels = Texts(section.GetSection("LocalOnlyModels")),
            DefaultModel = section["DefaultRoute"] is { Length: > 0 } name ? name : null,
        };
        ConfigurationFaults.Throw(faults.Concat(options.Faults()));
        return options;
    }

    /// <summary>All that <see cref="Read"/> looks at, as one text that tells whether it has changed.</summary>
    public static string Text(IConfiguration configuration)
    {
        IConfiguration section = Section(configuration);
        return string.Join('\n', new[] { "Providers", "Routes", "LocalOnlyModels", "DefaultRoute" }
            .SelectMany(name => section.GetSection(name).AsEnumerable())
            .OrderBy(static entry => entry.Key, StringComparer.Ordinal)
            .Select(static entry => $"{entry.Key}={entry.Value}"));
    }

    private static IConfiguration Section(IConfiguration configuration) => configuration.GetSection("LocalInference") is var inner && inner.GetChildren().Any() ? inner : configuration;

    private static IReadOnlyList<string> Texts(IConfigurationSection section) => [.. section.GetChildren().Select(static item => item.Value).OfType<string>()];

    // A colon parts the names of a configuration, so that of a port (vllm@gpu1:8001) is that of a section within its host's.
    private static IEnumerable<(IConfigurationSection Section, string Name)> Named(IConfigurationSection providers)
    {
        foreach (IConfigurationSection section in providers.GetChildren())
        {
            IConfigurationSection[] children = [.. section.GetChildren()];
            IConfigurationSection[] ports = section.Key.Contains('@', StringComparison.Ordinal) ? [.. children.Where(static child => ushort.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))] : [];
            foreach (IConfigurationSection port in ports)
            {
                yield return (port, $"{section.Key}:{port.Key}");
            }

            if (ports.Length == 0 || children.Length > ports.Length)
            {
                yield return (section, section.Key);
            }
        }
    }

    private ProviderOptions? Provider(IConfigurationSection section, string name)
    {
        SettingsReader settings = Settings(section);
        (ProviderKind? knownKind, Uri? knownAddress) = ProviderName.Read(name);
        if ((settings.Choice<ProviderKind>("Kind") ?? knownKind) is not { } kind)
        {
            faults.Add($"{section.Path}:Kind is missing");
            return null;
        }

        var options = new ProviderOptions { Name = name, Kind = kind, Address = Address(section) ?? knownAddress };
        return options with
        {
            Keys = Keys(section, kind),
            IsOnThisMachine = settings.Truth("IsOnThisMachine") ?? options.IsOnThisMachine,
            DefaultModel = section["DefaultModel"],
            DefaultMaxTokens = settings.Number<int>("DefaultMaxTokens") ?? options.DefaultMaxTokens,
            UsesPromptCaching = settings.Truth("UsesPromptCaching") ?? options.UsesPromptCaching,
            Models = [.. section.GetSection("Models").GetChildren().Select(Model)],
            Resilience = Resilience(section.GetSection("Resilience")),
            Limits = Limits(section.GetSection("Limits")),
        };
    }

    private Uri? Address(IConfigurationSection section)
    {
        string? text = section["Address"];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address))
        {
            return address;
        }

        faults.Add($"{section.Path}:Address is no address");
        return null;
    }

    // What goes wrong with a key is told without what was read.
    private ApiKeys Keys(IConfigurationSection section, ProviderKind kind)
    {
        try
        {
            string? variable = section["KeyVariable"] ?? kind switch
            {
                ProviderKind.OpenAI => "OPENAI_API_KEY",
                ProviderKind.Anthropic => "ANTHROPIC_API_KEY",
                _ => null,
            };
            ApiKeys keys = variable is { Length: > 0 } ? ApiKeys.FromEnvironment(variable) : ApiKeys.None;
            keys = section["KeyFile"] is { Length: > 0 } file ? ApiKeys.FromFile(file).And(keys) : keys;
            return section["Key"] is { Length: > 0 } key ? ApiKeys.Of(key).And(keys) : keys;
        }
        catch (ArgumentException)
        {
            faults.Add($"{section.Path}: a key is empty or has characters that no header can carry");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{section.Path}:KeyFile: {e.Message.TrimEnd('.')}");
        }

        return ApiKeys.None;
    }

    private RemoteModel Model(IConfigurationSection section)
    {
        SettingsReader settings = Settings(section);
        var model = new RemoteModel { Name = section["Name"] ?? "" };
        if (model.Name.Length == 0)
        {
            faults.Add($"{section.Path}:Name is missing");
        }

        decimal? input = settings.Number<decimal>("InputPrice");
        decimal? output = settings.Number<decimal>("OutputPrice");
        if (input is null != output is null)
        {
            faults.Add($"{section.Path}: InputPrice and OutputPrice belong together");
        }

        return model with
        {
            Capabilities = settings.Choice<ModelCapabilities>("Capabilities") ?? model.Capabilities,
            ContextLength = settings.Number<int>("ContextLength"),
            Price = input is { } price && output is { } outputPrice
                ? new ModelPrice(price, outputPrice) { CachedInput = settings.Number<decimal>("CachedInputPrice"), CacheWrite = settings.Number<decimal>("CacheWritePrice") }
                : null,
        };
    }

    private ResilienceOptions Resilience(IConfigurationSection section)
    {
        SettingsReader settings = Settings(section);
        ResilienceOptions options = ResilienceOptions.Default;
        return options with
        {
            Retries = settings.Number<int>("Retries") ?? options.Retries,
            RetryDelay = settings.Time("RetryDelay") ?? options.RetryDelay,
            MaxRetryDelay = settings.Time("MaxRetryDelay") ?? options.MaxRetryDelay,
            TryTimeout = settings.Time("TryTimeout") ?? options.TryTimeout,
            IdleTimeout = settings.Time("IdleTimeout") ?? options.IdleTimeout,
            TotalTimeout = settings.Time("TotalTimeout") ?? options.TotalTimeout,
            BreakerFailureRatio = settings.Number<double>("BreakerFailureRatio") ?? options.BreakerFailureRatio,
            BreakerMinimumTries = settings.Number<int>("BreakerMinimumTries") ?? options.BreakerMinimumTries,
            BreakerWindow = settings.Time("BreakerWindow") ?? options.BreakerWindow,
            BreakDuration = settings.Time("BreakDuration") ?? options.BreakDuration,
            HedgeAfter = settings.Time("HedgeAfter"),
            ProbeInterval = settings.Time("ProbeInterval") ?? options.ProbeInterval,
        };
    }

    private ProviderLimits Limits(IConfigurationSection section)
    {
        SettingsReader settings = Settings(section);
        ProviderLimits options = ProviderLimits.Default;
        return options with
        {
            RequestsPerMinute = settings.Number<int>("RequestsPerMinute"),
            TokensPerMinute = settings.Number<int>("TokensPerMinute"),
            MaxWait = settings.Time("MaxWait") ?? options.MaxWait,
            Concurrency = settings.Number<int>("Concurrency") ?? options.Concurrency,
            QueueLength = settings.Number<int>("QueueLength") ?? options.QueueLength,
        };
    }

    private ModelRoute Route(IConfigurationSection section)
    {
        SettingsReader settings = Settings(section);
        return new ModelRoute
        {
            Models = Texts(section.GetSection("Models")),
            Policy = settings.Choice<RoutePolicy>("Policy") ?? RoutePolicy.InOrder,
            OverflowAbove = settings.Number<int>("OverflowAbove") ?? 0,
            ContinuesBrokenAnswers = settings.Truth("ContinuesBrokenAnswers") ?? false,
        };
    }

    private SettingsReader Settings(IConfigurationSection section) => new(section.Path, name => section[name], faults);
}
