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
        var reader = new ProvidersConfiguration(faults);
        ResponseCacheOptions options = ResponseCacheOptions.Default;
        options = options with
        {
            MaxEntries = reader.Value<int>(section, "MaxEntries") ?? options.MaxEntries,
            MaxBytes = reader.Value<long>(section, "MaxBytes") ?? options.MaxBytes,
            TimeToLive = reader.Value<TimeSpan>(section, "TimeToLive") ?? options.TimeToLive,
            IsShared = reader.Value<bool>(section, "IsShared") ?? options.IsShared,
            Coalesces = reader.Value<bool>(section, "Coalesces") ?? options.Coalesces,
            SimilarityThreshold = reader.Value<float>(section, "SimilarityThreshold"),
            EmbeddingModel = section["EmbeddingModel"] is { Length: > 0 } model ? model : null,
        };
        ConfigurationFaults.Throw(faults.Concat(options.Faults()));
        return options;
    }

    private Budget Budget(IConfigurationSection section)
    {
        decimal? limit = Value<decimal>(section, "Limit");
        if (limit is null)
        {
            faults.Add($"{section.Path}:Limit is missing");
        }

        return new Budget
        {
            Name = section.Key,
            Limit = limit ?? 0,
            Period = Choice<BudgetPeriod>(section, "Period") ?? BudgetPeriod.Day,
            Callers = section["Callers"] is { Length: > 0 } callers ? callers : "*",
            IsPerCaller = Value<bool>(section, "IsPerCaller") ?? false,
            Models = section["Models"] is { Length: > 0 } models ? models : "*",
            DowngradeTo = section["DowngradeTo"] is { Length: > 0 } cheaper ? cheaper : null,
        };
    }
}
