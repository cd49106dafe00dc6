using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Store;

/// <summary>Modelfiles by chance, with all that makes quoting hard.</summary>
internal static class RandomModelfile
{
    private static readonly string[] s_pieces = ["\"", "\"\"", "\"\"\"", "\n", "\r\n", " ", "\t", "#", "{{ .Prompt }}", "FROM b", "é", "🙂", "x", "word", ":", "\\", "'", "\u00a0"];
    private static readonly string[] s_roles = ["system", "user", "assistant"];

    public static Modelfile Make(ulong seed)
    {
        SplitMix64 dice = new(seed);
        List<ModelfileInstruction> instructions = [new(ModelfileKeyword.From, "a")];
        int count = dice.Below(8);
        for (int i = 0; i < count; i++)
        {
            instructions.Add(MakeInstruction(ref dice));
        }

        return new Modelfile(instructions);
    }

    private static ModelfileInstruction MakeInstruction(ref SplitMix64 dice)
    {
        ModelfileKeyword keyword = (ModelfileKeyword)dice.Below(Enum.GetValues<ModelfileKeyword>().Length);
        return keyword switch
        {
            ModelfileKeyword.Parameter => MakeParameter(ref dice),
            ModelfileKeyword.Message => new(keyword, Text(ref dice)) { Name = s_roles[dice.Below(s_roles.Length)] },
            ModelfileKeyword.Requires => new(keyword, $"0.{dice.Below(40)}.{dice.Below(10)}"),
            ModelfileKeyword.System or ModelfileKeyword.Template or ModelfileKeyword.License => new(keyword, Text(ref dice)),
            _ => new(keyword, "v" + Text(ref dice)),
        };
    }

    private static ModelfileInstruction MakeParameter(ref SplitMix64 dice)
    {
        string[] names = [.. KnownParameters.Names];
        string name = names[dice.Below(names.Length)];
        string value = KnownParameters.KindOf(name) switch
        {
            ParameterKind.Integer => (dice.Below(1000) - 500).ToString(CultureInfo.InvariantCulture),
            ParameterKind.Number => (dice.Below(1000) / 100f).ToString(CultureInfo.InvariantCulture),
            ParameterKind.Boolean => dice.Below(2) == 0 ? "true" : "false",
            _ => Text(ref dice),
        };
        return new(ModelfileKeyword.Parameter, value) { Name = name };
    }

    private static string Text(ref SplitMix64 dice)
    {
        while (true)
        {
            int length = dice.Below(9);
            string text = "";
            for (int i = 0; i < length; i++)
            {
                text += s_pieces[dice.Below(s_pieces.Length)];
            }

            // The one thing that the language cannot say.
            string[] lines = text.Split('\r', '\n');
            if (!lines[..^1].Any(static line => line.TrimEnd().EndsWith("\"\"\"", StringComparison.Ordinal)) && !Closes(lines))
            {
                return text;
            }
        }
    }

    // Marks at its beginning count with those that open it, and blank lines with the line before them.
    private static bool Closes(string[] lines)
    {
        string before = "";
        foreach (string line in lines[..^1])
        {
            before = (before + "\n" + line).Trim();
            if (before.EndsWith("\"\"\"", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
