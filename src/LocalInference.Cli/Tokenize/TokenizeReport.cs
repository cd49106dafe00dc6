namespace LocalInference.Cli.Tokenize;

/// <summary>What <c>tokenize --json</c> writes.</summary>
internal sealed record TokenizeReport(int Count, IReadOnlyList<TokenReport> Tokens);
