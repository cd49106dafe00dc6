using System.CommandLine;
using LocalInference.TrainingSpeed;

// 2 for wrong usage, 1 when a bar was missed or nothing could be measured.
ParseResult parsed = ComparisonCommand.Create().Parse(args);
int status = await parsed.InvokeAsync().ConfigureAwait(false);
return parsed.Errors.Count > 0 ? 2 : status;
