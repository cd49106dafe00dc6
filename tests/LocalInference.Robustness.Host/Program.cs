using System.Text;
using LocalInference.Robustness.Host;

// A request a line on standard input, a verdict a line on standard output, until the input ends:
//   PATH                      load the file and generate
//   PATH tab TEXT tab COUNT   load the file and tokenize COUNT times TEXT
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
Console.InputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
while (await Console.In.ReadLineAsync().ConfigureAwait(false) is { } request)
{
    await Console.Out.WriteLineAsync(await Attempt.RunAsync(request.Split('\t')).ConfigureAwait(false)).ConfigureAwait(false);
    await Console.Out.FlushAsync().ConfigureAwait(false);
}
