using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LocalInference.Forge;

/// <summary>What the command line asks for.</summary>
/// <param name="Shape">A key of <see cref="Shapes.All"/>; also the start of the file names.</param>
/// <param name="Folder">Where the files go; made if missing.</param>
/// <param name="Seed">Decides every weight.</param>
internal sealed record ForgeOptions(string Shape, string Folder, ulong Seed)
{
    /// <summary>How the command is used.</summary>
    public static string Usage { get; } = $"usage: LocalInference.Forge {string.Join('|', Shapes.All.Keys)} --out FOLDER [--seed N]";

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="options">What they ask for.</param>
    /// <param name="error">What is wrong with them, otherwise.</param>
    public static bool TryParse(ReadOnlySpan<string> arguments, [NotNullWhen(true)] out ForgeOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        string? shape = null;
        string? folder = null;
        ulong seed = 1;
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (argument)
            {
                case "--out" when value is not null:
                    folder = value;
                    i++;
                    break;
                case "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
                    i++;
                    break;
                case var _ when shape is null && Shapes.All.ContainsKey(argument):
                    shape = argument;
                    break;
                default:
                    error = $"'{argument}' is not understood here.";
                    return false;
            }
        }

        error = shape is null ? "Name a shape." : folder is null ? "Say where to write with --out." : null;
        options = error is null ? new ForgeOptions(shape!, Path.GetFullPath(folder!), seed) : null;
        return options is not null;
    }
}
