using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Run;

/// <summary>Streams an answer to standard output, and what there is to say about it to standard error.</summary>
internal sealed class AnswerPrinter(CliServices services, int? contextLength, bool json, bool verbose)
{
    private const long NanosecondsPerTick = 100;

    private readonly CliTerminal _terminal = services.Terminal;
    private readonly StringBuilder _answer = new();

    /// <summary>How long the model took to load; nothing for a second answer of the same model.</summary>
    public TimeSpan LoadDuration { get; init; }

    /// <summary>What has been printed, also of an answer that was stopped.</summary>
    public string Answer => _answer.ToString();

    public async Task PrintAsync(IAsyncEnumerable<GenerationUpdate> updates, CancellationToken cancellationToken)
    {
        long started = services.Time.GetTimestamp();
        try
        {
            await foreach (GenerationUpdate update in updates.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                await PrintTextAsync(update.Text, cancellationToken).ConfigureAwait(false);
                if (update is { FinishReason: { } reason, Usage: { } usage })
                {
                    await FinishAsync(reason, new(services.Time.GetElapsedTime(started) + LoadDuration, LoadDuration, usage)).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // What comes next starts on a line of its own.
            await EndLineAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task PrintTextAsync(string text, CancellationToken cancellationToken)
    {
        if (text.Length == 0)
        {
            return;
        }

        _answer.Append(text);
        if (json)
        {
            await WriteJsonAsync(new RunUpdate { Text = text, Done = false }).ConfigureAwait(false);
            return;
        }

        await _terminal.Out.WriteAsync(_terminal.OutIsTerminal ? PrintableText.ForTerminal(text) : text).ConfigureAwait(false);
        await _terminal.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
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
                TotalDuration = timings.Total.Ticks * NanosecondsPerTick,
                LoadDuration = timings.Load.Ticks * NanosecondsPerTick,
                PromptEvalCount = timings.Usage.PromptTokens,
                PromptEvalDuration = timings.Usage.PromptDuration.Ticks * NanosecondsPerTick,
                EvalCount = timings.Usage.GeneratedTokens,
                EvalDuration = timings.Usage.GenerationDuration.Ticks * NanosecondsPerTick,
            }).ConfigureAwait(false);
        }
        else
        {
            await EndLineAsync().ConfigureAwait(false);
        }

        if (reason == FinishReason.ContextFull)
        {
            await _terminal.Error.WriteLineAsync(contextLength is { } length
                ? $"The context is full ({length} tokens). Load the model with a larger --context for more."
                : "The context is full.").ConfigureAwait(false);
        }

        if (verbose)
        {
            timings.WriteTo(_terminal.Error);
        }
    }

    private async Task EndLineAsync()
    {
        if (!json && (_answer.Length == 0 || _answer[^1] != '\n'))
        {
            await _terminal.Out.WriteLineAsync().ConfigureAwait(false);
        }

        await _terminal.Out.FlushAsync().ConfigureAwait(false);
    }

    private async Task WriteJsonAsync(RunUpdate update)
    {
        await _terminal.Out.WriteLineAsync(JsonSerializer.Serialize(update, CliJson.Lines.RunUpdate)).ConfigureAwait(false);
        await _terminal.Out.FlushAsync().ConfigureAwait(false);
    }
}
