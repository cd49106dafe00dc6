using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Catalogue;

/// <summary><c>models list</c> and <c>models recommend</c>: what can be pulled by a short name, and which of it suits this machine.</summary>
internal static class ModelsCommand
{
    private const int DefaultContext = 8192;

    public static Command Create(CliServices services) => new("models", "Models that can be pulled by a short name.")
    {
        List(services),
        Recommend(services),
    };

    private static Command List(CliServices services)
    {
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("list", "Lists them.") { json };
        command.SetAction(result =>
        {
            IReadOnlyList<KnownModel> models = ModelCatalogue.BuiltIn.Models;
            if (result.GetValue(json))
            {
                services.Terminal.Out.WriteLine(JsonSerializer.Serialize(new CatalogueReport([.. models.Select(CatalogueModel.Of)]), CliJson.Indented.CatalogueReport));
                return ExitCode.Success;
            }

            TextTable table = new("name", ">size", ">context", "licence", "for", "can");
            foreach (KnownModel model in models)
            {
                table.AddRow(model.Name, Quantity.Bytes(model.Bytes), $"{model.ContextLength}", model.License, string.Join(", ", model.Tasks), string.Join(", ", model.Capabilities));
            }

            table.WriteTo(services.Terminal);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Recommend(CliServices services)
    {
        Option<string> task = new("--task") { Description = "What for: chat, coding, reasoning, embedding or trying.", HelpName = "TASK", DefaultValueFactory = static _ => "chat" };
        Option<int?> context = NumberOption.Create("--context", $"Tokens of context that it needs. Default: {DefaultContext}.", 1, int.MaxValue);
        Option<string?> profile = new("--profile") { Description = $"Another machine than this one: {string.Join(", ", ModelCatalogue.BuiltIn.Profiles.Select(static known => known.Name))}.", HelpName = "NAME" };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("recommend", "Says which of them suit a task on this machine, the best first, and why.") { task, context, profile, json };
        command.SetAction(result =>
        {
            IReadOnlyList<ModelRecommendation> found = Find(result.GetRequiredValue(task), result.GetValue(context) ?? DefaultContext, result.GetValue(profile));
            if (result.GetValue(json))
            {
                RecommendationReport report = new([.. found.Select(static one => new Recommendation(CatalogueModel.Of(one.Model), one.IsOnGpu, one.Reasons))]);
                services.Terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Indented.RecommendationReport));
                return ExitCode.Success;
            }

            if (found.Count == 0)
            {
                throw new CliException("This machine has not enough memory for any model that is known for this.", "Try a shorter --context, or pull a smaller model by its full name.");
            }

            foreach (ModelRecommendation one in found)
            {
                services.Terminal.Out.WriteLine($"{one.Model.Name}  ({one.Model.License})");
                foreach (string reason in one.Reasons)
                {
                    services.Terminal.Out.WriteLine($"  {reason}");
                }
            }

            services.Terminal.Out.WriteLine($"Get the first: localinference pull {found[0].Model.Name}");
            return ExitCode.Success;
        });
        return command;
    }

    private static IReadOnlyList<ModelRecommendation> Find(string task, int context, string? profile)
    {
        ModelCatalogue catalogue = ModelCatalogue.BuiltIn;
        if (profile is null)
        {
            return catalogue.Recommend(task, context);
        }

        HardwareProfile known = catalogue.Profiles.FirstOrDefault(known => string.Equals(known.Name, profile, StringComparison.OrdinalIgnoreCase))
            ?? throw CliException.Usage($"There is no profile '{profile}'.", $"Name one of {string.Join(", ", catalogue.Profiles.Select(static known => known.Name))}.");
        return catalogue.Recommend(task, context, known);
    }
}
