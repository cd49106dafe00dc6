using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Guide;

if (!GuideOptions.TryParse(args, out GuideOptions? options, out string? error))
{
    await Console.Error.WriteLineAsync($"{error}\n{GuideOptions.Usage}").ConfigureAwait(false);
    return 2;
}

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    switch (options.Verb)
    {
        case GuideVerb.Train:
            await new GuideMaker(options, Console.Out).RunAsync(stop.Token).ConfigureAwait(false);
            return 0;
        case GuideVerb.Evaluate:
            return await GuideEvaluation.RunAsync(options, Console.Out, stop.Token).ConfigureAwait(false) ? 0 : 1;
        default:
            return await ColdStartMeasurement.RunAsync(options.Program, Console.Out, stop.Token).ConfigureAwait(false) ? 0 : 1;
    }
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync(options.Verb == GuideVerb.Train ? "Stopped. Go on with --resume." : "Stopped.").ConfigureAwait(false);
    return 1;
}
catch (Exception e) when (e is LocalInferenceException or IOException or UnauthorizedAccessException or JsonException)
{
    await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
    return 1;
}
