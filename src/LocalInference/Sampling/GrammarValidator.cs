using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Refuses GBNF that llama.cpp's parser would end the process over, or read only a part of. It calls itself for each opening
/// parenthesis (parse_sequence in llama-grammar.cpp) and for each rule of a chain that starts with another one
/// (llama_grammar_detect_left_recursion). What is wrong otherwise, it says itself.
/// </summary>
internal static class GrammarValidator
{
    /// <summary>Groups within groups.</summary>
    private const int MaxDepth = 500;

    /// <summary>
    /// Characters. The shortest rule takes eight, so a chain has 32,768 rules at most, at some 200 bytes of the engine thread's
    /// stack each.
    /// </summary>
    private const int MaxLength = 262_144;

    /// <exception cref="GenerationException">The grammar is empty, holds a NUL, is too long or nested too deeply.</exception>
    public static void Validate(string grammar)
    {
        const string Name = nameof(GenerationOptions.Grammar);
        if (string.IsNullOrWhiteSpace(grammar))
        {
            throw ExceptionFactory.Option(Name, "must not be empty; leave it out for free text");
        }

        if (grammar.Contains('\0', StringComparison.Ordinal))
        {
            throw ExceptionFactory.Option(Name, "must not hold a NUL character");
        }

        if (grammar.Length > MaxLength)
        {
            throw ExceptionFactory.Option(Name, $"must be at most {Text(MaxLength)} characters long", Text(grammar.Length), Text(MaxLength));
        }

        int depth = DeepestGroup(grammar);
        if (depth > MaxDepth)
        {
            throw ExceptionFactory.Option(Name, $"must not nest groups deeper than {Text(MaxDepth)}", Text(depth), Text(MaxDepth));
        }
    }

    // Parentheses in literals, character classes and comments are text.
    private static int DeepestGroup(string grammar)
    {
        int depth = 0;
        int deepest = 0;
        char closing = '\0';
        for (int i = 0; i < grammar.Length; i++)
        {
            char c = grammar[i];
            if (closing != '\0')
            {
                if (c == '\\' && closing != '\n')
                {
                    i++;
                }
                else if (c == closing)
                {
                    closing = '\0';
                }
            }
            else
            {
                closing = c switch { '"' => '"', '[' => ']', '#' => '\n', _ => '\0' };
                depth += c switch { '(' => 1, ')' => -1, _ => 0 };
                deepest = Math.Max(deepest, depth);
            }
        }

        return deepest;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
