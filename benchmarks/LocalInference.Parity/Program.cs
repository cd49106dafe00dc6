using System.CommandLine;
using LocalInference.Parity.CommandLine;

// 2 for wrong usage, 1 when something differs or could not be compared.
ParseResult parsed = ParityCommand.Create().Parse(args);
int status = await parsed.InvokeAsync().ConfigureAwait(false);
return parsed.Errors.Count > 0 ? 2 : status;
