namespace LocalInference.Text.GoTemplates;

/// <summary>A map or a struct of the template language.</summary>
internal sealed class GoMap
{
    private readonly OrderedDictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <summary>A struct: a field that it does not have is an error, and it is true even when empty.</summary>
    public bool IsStruct { get; init; }

    public GoForm Form { get; init; }

    /// <summary>What it is as JSON, where that differs from its fields: Go's names are not those on the wire.</summary>
    public GoMap? Wire { get; init; }

    public IEnumerable<KeyValuePair<string, object?>> Entries => _values;

    public int Count => _values.Count;

    public object? this[string name]
    {
        init => _values[name] = value;
    }

    public bool TryGet(string name, out object? value) => _values.TryGetValue(name, out value);

    public void Set(string name, object? value) => _values[name] = value;

    /// <summary>Adds an entry unless the value is missing.</summary>
    public void Add(string name, object? value)
    {
        if (value is not null)
        {
            _values[name] = value;
        }
    }
}
