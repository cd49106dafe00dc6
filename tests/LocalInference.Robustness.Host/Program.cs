using System.Text;
using LocalInference.Robustness.Host;

// One path a line on standard input, one verdict a line on standard output, until the input ends.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
while (await Console.In.ReadLineAsync().ConfigureAwait(false) is { } path)
{
    await Console.Out.WriteLineAsync(await Attempt.RunAsync(path).ConfigureAwait(false)).ConfigureAwait(false);
    await Console.Out.FlushAsync().ConfigureAwait(false);
}
