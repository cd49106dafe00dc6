using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Tests.Fakes;

/// <summary>Keys that were pressed beforehand; after the last one the terminal is gone.</summary>
internal sealed class FakeKeySource : IKeySource
{
    private readonly Queue<Func<ConsoleKeyInfo>> _keys = new();

    public bool IsEditing { get; private set; }

    public bool KeyAvailable => _keys.Count > 0;

    public IDisposable BeginEditing()
    {
        IsEditing = true;
        return new End(this);
    }

    public ConsoleKeyInfo? Read() => _keys.TryDequeue(out Func<ConsoleKeyInfo>? key) ? key() : null;

    public FakeKeySource Type(string text)
    {
        foreach (char c in text)
        {
            Press(c, c == '\n' ? ConsoleKey.Enter : c == '\e' ? ConsoleKey.Escape : ConsoleKey.None);
        }

        return this;
    }

    public FakeKeySource Line(string text) => Type(text).Press(ConsoleKey.Enter);

    public FakeKeySource Press(ConsoleKey key, ConsoleModifiers modifiers = ConsoleModifiers.None) => Press('\0', key, modifiers);

    public FakeKeySource Control(ConsoleKey key) => Press(key, ConsoleModifiers.Control);

    private FakeKeySource Press(char c, ConsoleKey key, ConsoleModifiers modifiers = ConsoleModifiers.None)
    {
        _keys.Enqueue(() => new ConsoleKeyInfo(
            c,
            key,
            modifiers.HasFlag(ConsoleModifiers.Shift),
            modifiers.HasFlag(ConsoleModifiers.Alt),
            modifiers.HasFlag(ConsoleModifiers.Control)));
        return this;
    }

    private sealed class End(FakeKeySource source) : IDisposable
    {
        public void Dispose() => source.IsEditing = false;
    }
}
