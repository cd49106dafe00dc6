using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using Microsoft.Extensions.AI;

namespace LocalInference.Cli.Run;

/// <summary>
/// What has been said with a model, wherever it runs. A model with a chat template sees all of it; another one, or any in raw mode,
/// continues each prompt on its own.
/// </summary>
internal sealed class Conversation
{
    private readonly IConversationModel _model;
    private readonly SamplingOverrides _given;
    private readonly List<ChatMessage> _messages = [];

    /// <exception cref="CliException">The model cannot do what the command line asks for.</exception>
    public Conversation(IConversationModel model, RunSettings settings)
    {
        _model = model;
        _given = settings.Generation.Sampling;
        Begun = settings.Generation.For(model);
        IsChat = !settings.Raw && model.HasTemplate;
        System = settings.System ?? (IsChat ? model.Defaults.System : null);
        if (settings.System is not null && !IsChat)
        {
            throw new CliException("--system needs a model with a chat template, and this one has none.", "Leave it out and put the text into the prompt.");
        }

        if (settings.Answers.Reasoning.Enabled == true && !Thinks)
        {
            throw new CliException($"'{settings.Model}' does not support thinking.", "Leave --think out, or use a model that thinks.");
        }
    }

    /// <summary>How it generates at first: as the command line says, and where that says nothing, the model.</summary>
    public GenerationOptions Begun { get; }

    /// <summary>Whether the model sees all of it; otherwise each prompt is continued on its own.</summary>
    public bool IsChat { get; }

    /// <summary>Whether the model can be told to think.</summary>
    public bool Thinks => IsChat && _model.Thinks;

    /// <summary>Tokens that prompt and answer may have together; <see langword="null"/>: not known.</summary>
    public int? ContextLength => _model.ContextLength is > 0 and var length ? length : null;

    public string? System { get; set; }

    public void Clear() => _messages.Clear();

    public IAsyncEnumerable<GenerationEvent> Ask(string prompt, AnswerSettings settings, CancellationToken cancellationToken) => _model.AnswerAsync(
        new GenerationRequest
        {
            Input = IsChat ? new ChatInput { Messages = Messages(prompt), Reasoning = settings.Reasoning } : new PromptInput { Text = prompt },
            MaxTokens = settings.Generation.MaxTokens,
            StopSequences = settings.Generation.StopSequences,
            Sampling = Said(settings.Generation.Sampling),
            Output = settings.Output,
            KeepAlive = settings.KeepAlive,
        },
        cancellationToken);

    /// <summary>Keeps a question and its answer, stopped ones too: the person has read that much of it.</summary>
    public void Remember(string prompt, string thoughts, string answer)
    {
        if (!IsChat)
        {
            return;
        }

        List<AIContent> said = [new TextContent(answer)];
        if (thoughts.Length > 0 && _model.RemembersThoughts)
        {
            said.Insert(0, new TextReasoningContent(thoughts));
        }

        _messages.Add(new ChatMessage(ChatRole.User, prompt));
        _messages.Add(new ChatMessage(ChatRole.Assistant, said));
    }

    private List<ChatMessage> Messages(string prompt)
    {
        List<ChatMessage> messages = string.IsNullOrEmpty(System) ? [] : [new ChatMessage(ChatRole.System, System)];
        messages.AddRange(_model.Defaults.Messages);
        messages.AddRange(_messages);
        messages.Add(new ChatMessage(ChatRole.User, prompt));
        return messages;
    }

    // Only what somebody has said: the rest is left to whoever answers, and no provider has all settings.
    private SamplingOverrides Said(SamplingOptions now) => _given with
    {
        Temperature = Said(now.Temperature, Begun.Sampling.Temperature, _given.Temperature),
        TopP = Said(now.TopP, Begun.Sampling.TopP, _given.TopP),
        TopK = Said(now.TopK, Begun.Sampling.TopK, _given.TopK),
        MinP = Said(now.MinP, Begun.Sampling.MinP, _given.MinP),

        // Where the model has a seed of its own, none is another one for each answer.
        Seed = now.Seed is null && Begun.Sampling.Seed is not null ? (uint)Random.Shared.NextInt64(uint.MaxValue) : now.Seed,
    };

    private static T? Said<T>(T now, T before, T? given)
        where T : struct, IEquatable<T> => now.Equals(before) ? given : now;
}
