namespace LocalInference.Text.Jinja;

/// <summary>
/// Notes which macro bodies mention the names that a macro is given only if it does: <c>caller</c>, <c>kwargs</c> and
/// <c>varargs</c>.
/// </summary>
internal sealed class MacroNames
{
    private readonly Stack<Body> _bodies = new();

    public void Begin() => _bodies.Push(new Body());

    public (bool Caller, bool Keywords, bool More) End()
    {
        HashSet<string> loaded = _bodies.Pop().Loaded;
        return (loaded.Contains("caller"), loaded.Contains("kwargs"), loaded.Contains("varargs"));
    }

    public void Load(string name)
    {
        if (IsSpecial(name))
        {
            foreach (Body body in _bodies.Where(body => !body.Stored.Contains(name)))
            {
                body.Loaded.Add(name);
            }
        }
    }

    /// <summary>From here on the body means a variable of its own by the name.</summary>
    public void Store(string name)
    {
        if (IsSpecial(name))
        {
            foreach (Body body in _bodies)
            {
                body.Stored.Add(name);
            }
        }
    }

    private static bool IsSpecial(string name) => name is "caller" or "kwargs" or "varargs";

    private sealed class Body
    {
        public HashSet<string> Loaded { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Stored { get; } = new(StringComparer.Ordinal);
    }
}
