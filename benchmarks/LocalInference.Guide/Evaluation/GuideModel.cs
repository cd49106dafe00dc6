using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Guide;

/// <summary>Asks a guide through the engine, greedily.</summary>
internal sealed class GuideModel : IAsyncDisposable
{
    private const int MaxTokens = 160;
    private const int ContextLength = 1024;

    private readonly LocalModel _model;
    private readonly ITextGenerator _generator;
    private readonly AIFunctionDeclaration _tool;

    private GuideModel(LocalModel model, AIFunctionDeclaration tool)
    {
        _model = model;
        _generator = model.AsTextGenerator();
        _tool = tool;
    }

    /// <summary>Loads it.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="corpus">Where its tool is defined.</param>
    /// <param name="parallel">Questions that are answered together.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    public static async Task<GuideModel> LoadAsync(string path, GuideCorpus corpus, int parallel, CancellationToken cancellationToken)
    {
        JsonElement function = corpus.Tool.GetProperty("function");
        AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration(
            function.GetProperty("name").GetString()!,
            function.GetProperty("description").GetString(),
            function.GetProperty("parameters"));
        LocalModel model = await LocalModel.LoadAsync(path, new LocalModelOptions { ContextLength = ContextLength, Parallel = parallel }, progress: null, cancellationToken).ConfigureAwait(false);
        return new GuideModel(model, tool);
    }

    /// <summary>Asks a question in a conversation of its own.</summary>
    public async Task<GuideAnswer> AskAsync(string question, bool hasTool, CancellationToken cancellationToken)
    {
        GenerationRequest request = new()
        {
            Input = new ChatInput { Messages = [new ChatMessage(ChatRole.User, question)], Tools = hasTool ? [_tool] : [] },
            MaxTokens = MaxTokens,
            Sampling = new SamplingOverrides { Temperature = 0 },
        };
        StringBuilder text = new();
        List<string?> calls = [];
        await foreach (GenerationEvent generated in _generator.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            switch (generated)
            {
                case TextDelta delta:
                    text.Append(delta.Text);
                    break;
                case ToolCallCompleted call:
                    calls.Add(call.IsComplete && call.Name == _tool.Name ? Name(call.Arguments) : null);
                    break;
            }
        }

        return new GuideAnswer(text.ToString(), calls);
    }

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private static string? Name(string arguments) =>
        JsonElement.Parse(arguments) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String && json.GetPropertyCount() == 1
            ? name.GetString()
            : null;
}
