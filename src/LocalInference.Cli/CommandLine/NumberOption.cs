using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace LocalInference.Cli.CommandLine;

/// <summary>Options that take a number from a range. A bad value is a parse error that names the range.</summary>
internal static class NumberOption
{
    public static Option<T?> Create<T>(string name, string description, T minimum, T maximum)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name)
        {
            Description = description,
            HelpName = "NUMBER",
            CustomParser = result => Parse(result, name, minimum, maximum),
        };

    public static string Range<T>(T minimum, T maximum)
        where T : struct, INumber<T>, IMinMaxValue<T> =>
        maximum == T.MaxValue ? $"a number of at least {minimum}" : $"a number from {minimum} to {maximum}";

    public static bool TryParse<T>(string text, T minimum, T maximum, out T value)
        where T : struct, INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
        && value >= minimum
        && value <= maximum;

    private static T? Parse<T>(ArgumentResult result, string name, T minimum, T maximum)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        string text = result.Tokens[0].Value;
        if (TryParse(text, minimum, maximum, out T value))
        {
            return value;
        }

        result.AddError($"{name} takes {Range(minimum, maximum)}, not '{text}'.");
        return null;
    }
}
