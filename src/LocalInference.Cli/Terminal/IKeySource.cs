namespace LocalInference.Cli.Terminal;

/// <summary>Keys that a person presses.</summary>
internal interface IKeySource
{
    /// <summary>Whether <see cref="Read"/> would return at once.</summary>
    bool KeyAvailable { get; }

    /// <summary>From here until disposal Ctrl-C is a key like any other instead of an interrupt.</summary>
    IDisposable BeginEditing();

    /// <summary>Waits for a key; <see langword="null"/> when the terminal is gone.</summary>
    ConsoleKeyInfo? Read();
}
