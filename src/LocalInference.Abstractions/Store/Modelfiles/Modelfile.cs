using System.Text;

namespace LocalInference.Abstractions;

/// <summary>
/// The recipe of a model, in the language of Ollama's Modelfiles: instructions, one after the other, with texts over several lines in
/// quotation marks, and comments from <c>#</c> to the end of a line. Immutable.
/// </summary>
public sealed class Modelfile
{
    /// <summary>Takes instructions.</summary>
    /// <param name="instructions">In their order.</param>
    public Modelfile(params IEnumerable<ModelfileInstruction> instructions)
    {
        ArgumentNullException.ThrowIfNull(instructions);
        Instructions = Array.AsReadOnly(instructions.ToArray());
    }

    /// <summary>The instructions, in their order.</summary>
    public IReadOnlyList<ModelfileInstruction> Instructions { get; }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its instructions; comments are not kept.</returns>
    /// <exception cref="StoreException">It is no Modelfile; the message has the number of the line, and what was expected there.</exception>
    public static Modelfile Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ModelfileParser(text).Parse();
    }

    /// <summary>Reads a file in UTF-8, or in UTF-16 if it begins with that byte order mark.</summary>
    /// <param name="path">Its path.</param>
    /// <inheritdoc cref="Parse"/>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static Modelfile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(File.ReadAllText(path, Encoding.UTF8));
    }

    /// <summary>Writes the instructions in the language that <see cref="Parse"/> reads, one below the other.</summary>
    /// <exception cref="StoreException">A text has lines that end in quotation marks in a way that the language has no form for.</exception>
    public string Print() => ModelfilePrinter.Print(Instructions);

    internal IEnumerable<string> ValuesOf(ModelfileKeyword keyword) =>
        Instructions.Where(instruction => instruction.Keyword == keyword).Select(static instruction => instruction.Value);

    internal string? LastOf(ModelfileKeyword keyword) => ValuesOf(keyword).LastOrDefault();
}
