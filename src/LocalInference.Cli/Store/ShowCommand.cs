using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Store;

/// <summary><c>show MODEL</c>: what a stored model consists of.</summary>
internal static class ShowCommand
{
    private const int LabelWidth = 16;

    public static Command Create(CliServices services)
    {
        Argument<string> name = new("MODEL") { Description = "Name of a model in the store." };
        Option<bool> modelfile = new("--modelfile") { Description = "Print a Modelfile that makes this model." };
        Dictionary<ModelfileKeyword, Option<bool>> parts = new()
        {
            [ModelfileKeyword.Template] = new("--template") { Description = "Print its template." },
            [ModelfileKeyword.System] = new("--system") { Description = "Print its system message." },
            [ModelfileKeyword.Parameter] = new("--parameters") { Description = "Print what it changes of the options of requests." },
            [ModelfileKeyword.License] = new("--license") { Description = "Print its licences." },
        };
        StoreFlags flags = new();
        Command command = new("show", "Shows what a model in the store consists of.") { name, modelfile };
        foreach (Option<bool> part in parts.Values)
        {
            command.Add(part);
        }

        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            ModelfileKeyword[] chosen = [.. parts.Where(part => result.GetValue(part.Value)).Select(static part => part.Key)];
            if (chosen.Length + (result.GetValue(modelfile) ? 1 : 0) > 1)
            {
                throw CliException.Usage("Only one part can be shown at a time.", "Leave out all but one of --modelfile, --template, --system, --parameters and --license.");
            }

            using OpenedStore store = await flags.OpenAsync(result, services, cancellationToken).ConfigureAwait(false);
            string model = result.GetRequiredValue(name);
            Modelfile recipe = store.Models.GetModelfile(model);
            if (result.GetValue(modelfile))
            {
                await services.Terminal.Out.WriteAsync(PrintableText.ForTerminal(recipe.Print())).ConfigureAwait(false);
            }
            else if (chosen.Length == 1)
            {
                WritePart(services.Terminal, recipe, chosen[0]);
            }
            else
            {
                Write(services.Terminal, store.Models.Find(model)!, recipe);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void WritePart(CliTerminal terminal, Modelfile recipe, ModelfileKeyword keyword)
    {
        foreach (ModelfileInstruction instruction in recipe.Instructions.Where(instruction => instruction.Keyword == keyword))
        {
            terminal.Out.WriteLine(PrintableText.ForTerminal(instruction.Name is { } parameter ? $"{parameter,-30} {instruction.Value}" : instruction.Value));
        }
    }

    private static void Write(CliTerminal terminal, StoredModel model, Modelfile recipe)
    {
        Line(terminal, "name", model.Name);
        Line(terminal, "digest", model.Digest);
        Line(terminal, "size", Quantity.Bytes(model.SizeInBytes));
        Line(terminal, "architecture", model.Family);
        Line(terminal, "parameters", model.ParameterSize);
        Line(terminal, "quantization", model.Quantization);
        foreach (ModelfileInstruction instruction in recipe.Instructions)
        {
            Line(terminal, instruction.Keyword.ToString().ToLowerInvariant(), $"{instruction.Name} {instruction.Value}".TrimStart());
        }
    }

    private static void Line(CliTerminal terminal, string label, string? value)
    {
        if (value is not null)
        {
            string text = PrintableText.OnOneLine(value);
            terminal.Out.WriteLine($"{label.PadRight(LabelWidth)}{(text.Length > 100 ? text[..100] + "…" : text)}");
        }
    }
}
