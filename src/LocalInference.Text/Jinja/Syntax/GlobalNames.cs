namespace LocalInference.Text.Jinja;

/// <summary>The names that a template looks up outside itself, numbered.</summary>
internal sealed class GlobalNames
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public int Add(string name)
    {
        if (!_numbers.TryGetValue(name, out int number))
        {
            number = _numbers.Count;
            _numbers.Add(name, number);
        }

        return number;
    }

    public string[] ToArray() => [.. _numbers.OrderBy(pair => pair.Value).Select(pair => pair.Key)];
}
