using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Run;

/// <summary>
/// Streams an answer to standard output, its thoughts between the lines that Ollama puts around them, and what there is to say about it
/// to standard error.
/// </summary>
internal sealed class AnswerPrinter(CliServices services, int? contextLength, bool json, AnswerSettings settings)
{
    private readonly CliTerminal _terminal = services.Terminal;
    private readonly StringBuilder _thoughts = new();
    private readonly StringBuilder _answer = new();

    // Thoughts are grey for a person who has not asked for no colours (no-color.org).
    private readonly bool _isGrey = services.Terminal.OutIsTerminal && string.IsNullOrEmpty(services.Variable("NO_COLOR"));

    private bool _isThinking;

    // An answer without any text is an empty line.
    private bool _isInLine = true;

    /// <summary>How long the model took to load; nothing for a second answer of the same model.</summary>
    public TimeSpan LoadDuration { get; init; }

    /// <summary>What the model has thought, also if that was not shown.</summary>
    public string Thoughts => _thoughts.ToString();

    /// <summary>What has been printed, also of an answer that was stopped.</summary>
    public string Answer => _answer.ToString();

    public async Task PrintAsync(IAsyncEnumerable<GenerationEvent> events, CancellationToken cancellationToken)
    {
        long started = services.Time.GetTimestamp();
        try
        {
            await foreach (GenerationEvent e in events.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                switch (e)
                {
                    case ReasoningDelta thought:
                        _thoughts.Append(thought.Text);
                        await PrintThoughtAsync(thought.Text, cancellationToken).ConfigureAwait(false);
                        break;
                    case TextDelta text:
                        await PrintTextAsync(text.Text, cancellationToken).ConfigureAwait(false);
                        break;
                    case GenerationEnded ended:
                        Timings timings = new(services.Time.GetElapsedTime(started) + LoadDuration, LoadDuration + ended.Usage.LoadDuration, ended.Usage);
                        await FinishAsync(ended.FinishReason, timings).ConfigureAwait(false);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // What comes next starts on a line of its own.
            await EndLineAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (_isThinking && _isGrey)
            {
                await WriteAsync("\e[0m", CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task PrintThoughtAsync(string text, CancellationToken cancellationToken)
    {
        if (settings.HidesThoughts)
        {
            return;
        }

        if (json)
        {
            await WriteJsonAsync(new RunUpdate { Text = "", Thinking = text, Done = false }).ConfigureAwait(false);
            return;
        }

        if (!_isThinking)
        {
            // A model may think again behind a part of its answer.
            _isThinking = true;
            string before = _answer.Length > 0 && _isInLine ? "\n" : "";
            await WriteAsync($"{before}{(_isGrey ? "\e[90m" : "")}Thinking...\n", cancellationToken).ConfigureAwait(false);
        }

        await WriteShownAsync(text, cancellationToken).ConfigureAwait(false);
    }

    private async Task PrintTextAsync(string text, CancellationToken cancellationToken)
    {
        _answer.Append(text);
        if (json)
        {
            await WriteJsonAsync(new RunUpdate { Text = text, Done = false }).ConfigureAwait(false);
            return;
        }

        await EndThoughtsAsync(cancellationToken).ConfigureAwait(false);
        await WriteShownAsync(text, cancellationToken).ConfigureAwait(false);
    }

    private async Task FinishAsync(FinishReason reason, Timings timings)
    {
        if (json)
        {
            await WriteJsonAsync(new RunUpdate
            {
                Text = "",
                Done = true,
                DoneReason = reason is FinishReason.MaxTokens or FinishReason.ContextFull ? "length" : "stop",
                TotalDuration = timings.Total.Ticks * TimeSpan.NanosecondsPerTick,
                LoadDuration = timings.Load.Ticks * TimeSpan.NanosecondsPerTick,
                PromptEvalCount = timings.Usage.PromptTokens,
                PromptEvalDuration = timings.Usage.PromptDuration.Ticks * TimeSpan.NanosecondsPerTick,
                EvalCount = timings.Usage.GeneratedTokens,
                EvalDuration = timings.Usage.GenerationDuration.Ticks * TimeSpan.NanosecondsPerTick,
            }).ConfigureAwait(false);
        }
        else
        {
            await EndThoughtsAsync(CancellationToken.None).ConfigureAwait(false);
            await EndLineAsync().ConfigureAwait(false);
        }

        if (reason == FinishReason.ContextFull)
        {
            await _terminal.Error.WriteLineAsync(contextLength is { } length
                ? $"The context is full ({length} tokens). Load the model with a larger --context for more."
                : "The context is full.").ConfigureAwait(false);
        }

        if (settings.Verbose)
        {
            timings.WriteTo(_terminal.Error);
        }
    }

    private async Task EndThoughtsAsync(CancellationToken cancellationToken)
    {
        if (_isThinking)
        {
            _isThinking = false;
            await WriteAsync($"{(_isInLine ? "\n" : "")}...done thinking.{(_isGrey ? "\e[0m" : "")}\n\n", cancellationToken).ConfigureAwait(false);
            _isInLine = false;
        }
    }

    private async Task EndLineAsync()
    {
        if (!json && _isInLine)
        {
            await _terminal.Out.WriteLineAsync().ConfigureAwait(false);
            _isInLine = false;
        }

        await _terminal.Out.FlushAsync().ConfigureAwait(false);
    }

    // Of the model.
    private async Task WriteShownAsync(string text, CancellationToken cancellationToken)
    {
        string shown = _terminal.OutIsTerminal ? PrintableText.ForTerminal(text) : text;
        if (shown.Length > 0)
        {
            _isInLine = shown[^1] != '\n';
            await WriteAsync(shown, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        await _terminal.Out.WriteAsync(text).ConfigureAwait(false);
        await _terminal.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteJsonAsync(RunUpdate update)
    {
        await _terminal.Out.WriteLineAsync(JsonSerializer.Serialize(update, CliJson.Lines.RunUpdate)).ConfigureAwait(false);
        await _terminal.Out.FlushAsync().ConfigureAwait(false);
    }
}
