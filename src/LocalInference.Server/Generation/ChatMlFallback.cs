using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Text;

namespace LocalInference.Server.Generation;

/// <summary>
/// ChatML for models that have no chat template, as llama-server's and Ollama's clients expect it. Its marks are plain text to a model
/// whose vocabulary has not got them, so that an answer also ends where it spells the last one.
/// </summary>
internal static class ChatMlFallback
{
    private const string End = "<|im_end|>";

    /// <summary>The request, with ChatML if its model is known to have no template.</summary>
    public static async ValueTask<GenerationRequest> ApplyAsync(ServerContext server, GenerationRequest request, CancellationToken cancellationToken) =>
        request is { Input: ChatInput { Template: null } input, Model: { } model } && await server.Models.LacksTemplateAsync(model, cancellationToken).ConfigureAwait(false)
            ? request with
            {
                Input = input with { Template = new PromptTemplate(ChatTemplate.ChatMlSource, PromptTemplateLanguage.Jinja) },

                // A request that names any is taken to want none of the model's recipe.
                StopSequences = [.. request.StopSequences.Count > 0 ? request.StopSequences : server.Models.StopSequencesOf(model), End],
            }
            : request;
}
