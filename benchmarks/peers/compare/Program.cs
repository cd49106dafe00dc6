using System.CommandLine;
using LocalInference.Compare;

// 2 for wrong usage, as in the program that is measured.
ParseResult parsed = CompareCommand.Create().Parse(args);
int status = await parsed.InvokeAsync().ConfigureAwait(false);
return parsed.Errors.Count > 0 ? 2 : status;
