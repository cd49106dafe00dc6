using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Run;

/// <summary>Prompts and answers in turn until the person leaves. Ctrl-C stops an answer, not the program.</summary>
internal sealed class InteractiveSession(CliServices services, AnswerSettings settings, Conversation conversation)
{
    private readonly CliTerminal _terminal = services.Terminal;
    private readonly SessionCommands _commands = new(services.Terminal.Out, conversation, settings);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        PromptReader reader = new(new LineEditor(_terminal.Keys, _terminal.Out, _terminal.Width));
        await _terminal.Out.WriteLineAsync(conversation.IsChat
            ? "Send a message (/? for help)"
            : "Send a text to continue (/? for help)").ConfigureAwait(false);
        while (!cancellationToken.IsCancellationRequested)
        {
            LineResult line = reader.Read();
            switch (line.Outcome)
            {
                case LineOutcome.EndOfInput:
                    return;
                case LineOutcome.Interrupted:
                    await _terminal.Out.WriteLineAsync("Use Ctrl-D or /bye to leave.").ConfigureAwait(false);
                    break;
                case LineOutcome.Line when SessionCommands.IsCommand(line.Text):
                    if (!_commands.Execute(line.Text))
                    {
                        return;
                    }

                    break;
                case LineOutcome.Line when !string.IsNullOrWhiteSpace(line.Text):
                    await AnswerAsync(line.Text, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    break;
            }
        }
    }

    private async Task AnswerAsync(string prompt, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using IDisposable subscription = services.Interrupts.Subscribe(stop.Cancel);
        AnswerPrinter printer = new(services, conversation.ContextLength, json: false, _commands.Settings);
        try
        {
            await printer.PrintAsync(conversation.Ask(prompt, _commands.Settings, stop.Token), stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Stopped on request; the session goes on.
        }
        catch (Exception e) when (e is LocalInferenceException or CliException)
        {
            // Such as a full context, which /clear mends.
            FailureReport.Of(e).WriteTo(_terminal.Error);
        }

        if (printer.Answer.Length > 0 || printer.Thoughts.Length > 0)
        {
            conversation.Remember(prompt, printer.Thoughts, printer.Answer);
        }
    }
}
