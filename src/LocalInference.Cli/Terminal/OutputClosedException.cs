namespace LocalInference.Cli.Terminal;

/// <summary>The program that reads standard output has left. Nothing more can be written, and nobody waits for it.</summary>
internal sealed class OutputClosedException(IOException cause) : IOException("The reader of the output has left.", cause);
