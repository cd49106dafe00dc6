using LocalInference.Abstractions;
using Microsoft.Extensions.Configuration;

namespace LocalInference.Providers;

internal sealed partial class ProvidersConfiguration
{
    /// <summary>What is said of usage, and the ledger's connection; <see langword="null"/>: nothing is.</summary>
    public static (UsageOptions Options, string? Ledger)? ReadUsage(IConfiguration configuration)
    {
        IConfigurationSection section = Section(configuration).GetSection("Usage");
        if (!section.GetChildren().Any())
        {
            return null;
        }

        List<string> faults = [];
        var reader = new ProvidersConfiguration(faults);
        var options = new UsageOptions { Budgets = [.. section.GetSection("Budgets").GetChildren().Select(reader.Budget)] };
        ConfigurationFaults.Throw(faults.Concat(options.Faults()));
        return (section["PriceFile"] is { Length: > 0 } file ? options with { Prices = PriceTable.Load(file) } : options, section["Ledger"] is { Length: > 0 } ledger ? ledger : null);
    }

    /// <summary>What is said of the response cache; <see langword="null"/>: nothing is.</summary>
    public static ResponseCacheOptions? ReadCache(IConfiguration configuration)
    {
        IConfigurationSection section = Section(configuration).GetSection("ResponseCache");
        if (!section.GetChildren().Any())
        {
            return null;
        }

        List<string> faults = [];
        SettingsReader settings = new ProvidersConfiguration(faults).Settings(section);
        ResponseCacheOptions options = ResponseCacheOptions.Default;
        options = options with
        {
            MaxEntries = settings.Number<int>("MaxEntries") ?? options.MaxEntries,
            MaxBytes = settings.Number<long>("MaxBytes") ?? options.MaxBytes,
            TimeToLive = settings.Time("TimeToLive") ?? options.TimeToLive,
            IsShared = settings.Truth("IsShared") ?? options.IsShared,
            Coalesces = settings.Truth("Coalesces") ?? options.Coalesces,
            SimilarityThreshold = settings.Number<float>("SimilarityThreshold"),
            EmbeddingModel = section["EmbeddingModel"] is { Length: > 0 } model ? model : null,
        };
        ConfigurationFaults.Throw(faults.Concat(options.Faults()));
        return options;
    }

    private Budget Budget(IConfigurationSection section)
    {
        SettingsReader settings = Settings(section);
        decimal? limit = settings.Number<decimal>("Limit");
        if (limit is null)
        {
            faults.Add($"{section.Path}:Limit is missing");
        }

        return new Budget
        {
            Name = section.Key,
            Limit = limit ?? 0,
            Period = settings.Choice<BudgetPeriod>("Period") ?? BudgetPeriod.Day,
            Callers = section["Callers"] is { Length: > 0 } callers ? callers : "*",
            IsPerCaller = settings.Truth("IsPerCaller") ?? false,
            Models = section["Models"] is { Length: > 0 } models ? models : "*",
            DowngradeTo = section["DowngradeTo"] is { Length: > 0 } cheaper ? cheaper : null,
        };
    }
}
