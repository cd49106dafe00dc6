using System.CommandLine;
using LocalInference.LoadTest.CommandLine;

// 2 for wrong usage, as in the localinference command.
ParseResult parsed = LoadTestCommand.Create().Parse(args);
int status = await parsed.InvokeAsync().ConfigureAwait(false);
return parsed.Errors.Count > 0 ? 2 : status;
