using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Providers.Tests;

/// <summary>A meter over a script, with prices that are easy to add up: a token of a prompt costs 1, one of an answer 2.</summary>
internal static class Metered
{
    public static ProvidersOptions Providers { get; } = new()
    {
        Providers = [new ProviderOptions { Name = "cloud", Kind = ProviderKind.OpenAI, Models = [new RemoteModel { Name = "big", Price = new(1_000_000, 2_000_000) }, new RemoteModel { Name = "small", Price = new(1_000, 2_000) }] }],
        Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["notes"] = new() { Models = ["local", "cloud/big"] } },
        LocalOnlyModels = ["notes"],
    };

    /// <summary>Answers "one two three" with a prompt of 10 tokens, time and again.</summary>
    public static ScriptedTextGenerator Script() => new(static (_, _) => ScriptedAnswer.Say("one two three"));

    /// <summary>Asks with a prompt of 10 tokens as estimates go, for an answer of 3 at most.</summary>
    public static GenerationRequest Request(string model, string? caller = null) => TestProviders.Chat(new string('x', 24)) with { Model = model, Caller = caller, MaxTokens = 3 };

    public static UsageMeter Meter(ManualTime time, UsageLedger? ledger, params Budget[] budgets) => new(Providers, new UsageOptions { Budgets = budgets }, ledger, time);
}
