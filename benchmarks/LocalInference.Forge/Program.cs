using LocalInference.Abstractions;
using LocalInference.Forge;

if (!ForgeOptions.TryParse(args, out ForgeOptions? options, out string? error))
{
    await Console.Error.WriteLineAsync($"{error}\n{ForgeOptions.Usage}").ConfigureAwait(false);
    return 2;
}

try
{
    ModelForge.Run(options, Console.Out);
    return 0;
}
catch (Exception e) when (e is LocalInferenceException or IOException or UnauthorizedAccessException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
    return 1;
}
