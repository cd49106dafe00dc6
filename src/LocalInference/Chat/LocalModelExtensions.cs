using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>Ways to ask a <see cref="LocalModel"/>.</summary>
public static class LocalModelExtensions
{
    /// <summary>
    /// A generator over a loaded model, which stays the caller's to dispose. Its <c>GetService</c> gives the <see cref="LocalModel"/>,
    /// an <see cref="ITokenCounter"/> and an <see cref="IPromptTokenizer"/>.
    /// <para>Conversations go through the model's own chat template; without one through ChatML where its vocabulary has
    /// <c>&lt;|im_start|&gt;</c> and <c>&lt;|im_end|&gt;</c>, otherwise they are a <see cref="GenerationException"/> (<c>template_missing</c>)
    /// unless the request brings a template. Tools that the template cannot show are described in the system message. Calls and output
    /// formats are held to by a grammar; where the model decides whether to call, the grammar begins with the first mark of a call.</para>
    /// <para>A conversation that may be shortened leaves room for a quarter of the context, or for as many tokens as the answer may have if
    /// that is less. A forgetting answer (<see cref="ContextOverflowPolicy.Shift"/>) keeps the first five tokens.</para>
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How it answers; <see langword="null"/>: defaults.</param>
    public static ITextGenerator AsTextGenerator(this LocalModel model, LocalTextGeneratorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= LocalTextGeneratorOptions.Default;
        return new LocalTextGenerator(new SingleModelSource(model, options.ModelName ?? Path.GetFileNameWithoutExtension(model.Path)), options, model);
    }

    /// <summary>
    /// An <c>IChatClient</c> over a loaded model, which stays the caller's to dispose: that of
    /// <see cref="TextGeneratorExtensions.AsIChatClient(ITextGenerator, TextGeneratorChatClientOptions)"/> over
    /// <see cref="AsTextGenerator(LocalModel, LocalTextGeneratorOptions)"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How it answers; <see langword="null"/>: defaults.</param>
    public static IChatClient AsIChatClient(this LocalModel model, LocalTextGeneratorOptions? options = null) =>
        model.AsTextGenerator(options).AsIChatClient();
}
