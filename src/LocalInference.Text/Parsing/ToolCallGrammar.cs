using LocalInference.Text.Parsing;

namespace LocalInference.Text;

/// <summary>
/// A grammar that makes a model write valid calls of the tools it was given, in its own format. Immutable.
/// </summary>
/// <param name="Grammar">GBNF; its start is the rule <c>root</c>.</param>
/// <param name="IsLazy">
/// True: the model writes freely until one of <paramref name="Triggers"/> appears outside its thinking; from the first
/// character of the trigger on, the text must match. False: all of the answer must match.
/// </param>
/// <param name="Triggers">The words that wake a lazy grammar; empty if it is not lazy.</param>
public sealed record ToolCallGrammar(string Grammar, bool IsLazy, IReadOnlyList<string> Triggers)
{
    /// <summary>Writes the grammar.</summary>
    /// <param name="format">How the model writes calls.</param>
    /// <param name="options">What it must call.</param>
    /// <returns><see langword="null"/> if there is nothing to force: no tools, no calls wanted, or a model without calls.</returns>
    /// <exception cref="GrammarException">A tool's schema is wrong or, in strict mode, asks for what a grammar cannot keep.</exception>
    /// <exception cref="ArgumentException"><see cref="ToolCallGrammarOptions.ToolName"/> is none of the tools.</exception>
    public static ToolCallGrammar? Create(ChatFormat format, ToolCallGrammarOptions options)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<ChatTool> tools = options.Tools;
        if (options.ToolChoice == ToolChoiceMode.Named)
        {
            tools = [.. tools.Where(tool => tool.Name == options.ToolName)];
            if (tools.Count == 0)
            {
                throw new ArgumentException($"The request asks for the tool '{options.ToolName}', which is not among its tools.", nameof(options));
            }
        }

        return tools.Count == 0 || options.ToolChoice == ToolChoiceMode.None || !format.HasTools
            ? null
            : new ToolGrammarWriter(format, options, tools).Write();
    }
}
