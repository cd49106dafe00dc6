using System.CommandLine;
using LocalInference.EmbeddingComparison;

// 2 for wrong usage, 1 when something could not be measured or the bar was missed.
ParseResult parsed = ComparisonCommand.Create().Parse(args);
int status = await parsed.InvokeAsync().ConfigureAwait(false);
return parsed.Errors.Count > 0 ? 2 : status;
