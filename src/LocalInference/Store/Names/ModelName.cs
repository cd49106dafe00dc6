using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The name of a model: <c>[SCHEME://][HOST/][NAMESPACE/]MODEL[:TAG]</c>, read as Ollama reads it (types/model/name.go of Ollama 0.33):
/// each part begins with a letter, a digit or an underscore, goes on with those, hyphens and, but for the namespace, dots; only a host has
/// colons. That leaves no room for a path that leads elsewhere. Two names are equal if they differ in case alone.
/// </summary>
internal sealed class ModelName : IEquatable<ModelName>
{
    public const string DefaultHost = "registry.ollama.ai";
    public const string DefaultNamespace = "library";
    public const string DefaultTag = "latest";

    private const int LongestHost = 350;
    private const int LongestPart = 80;

    private static readonly SearchValues<char> s_first = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    private static readonly SearchValues<char> s_ofNamespace = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly SearchValues<char> s_ofModel = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");
    private static readonly SearchValues<char> s_ofHost = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:");

    private ModelName(string host, string @namespace, string model, string tag) => (Host, Namespace, Model, Tag) = (host, @namespace, model, tag);

    public string Host { get; }

    public string Namespace { get; }

    public string Model { get; }

    public string Tag { get; }

    /// <summary>All four parts.</summary>
    public string Full => $"{Host}/{Namespace}/{Model}:{Tag}";

    /// <exception cref="StoreException">It is no name.</exception>
    public static ModelName Parse(string text) =>
        TryParse(text, out ModelName? name)
            ? name
            : throw ExceptionFactory.ModelName(text, "parts are of letters, digits, '_', '-' and '.', and begin with a letter, a digit or '_'");

    public static bool TryParse(string text, [NotNullWhen(true)] out ModelName? name)
    {
        name = null;
        string rest = text;
        string tag = DefaultTag;
        if (rest.LastIndexOf(':') > rest.LastIndexOf('/'))
        {
            Cut(ref rest, ':', out tag);
        }

        string @namespace = DefaultNamespace;
        string host = DefaultHost;
        string model = rest;
        if (Cut(ref rest, '/', out string last))
        {
            model = last;
            if (Cut(ref rest, '/', out last))
            {
                @namespace = last;
                int scheme = rest.IndexOf("://", StringComparison.Ordinal);
                host = scheme < 0 ? rest : rest[(scheme + 3)..];
            }
            else
            {
                @namespace = rest;
            }
        }

        return TryCreate(host, @namespace, model, tag, out name);
    }

    /// <summary>From its parts, none of which may be missing.</summary>
    public static bool TryCreate(string host, string @namespace, string model, string tag, [NotNullWhen(true)] out ModelName? name)
    {
        bool isValid = IsPart(host, s_ofHost, LongestHost)
            && IsPart(@namespace, s_ofNamespace, LongestPart)
            && IsPart(model, s_ofModel, LongestPart)
            && IsPart(tag, s_ofModel, LongestPart);
        name = isValid ? new ModelName(host, @namespace, model, tag) : null;
        return isValid;
    }

    /// <summary>The shortest that is unmistakable, with the tag always: what lists show.</summary>
    public override string ToString()
    {
        if (!string.Equals(Host, DefaultHost, StringComparison.OrdinalIgnoreCase))
        {
            return Full;
        }

        return string.Equals(Namespace, DefaultNamespace, StringComparison.OrdinalIgnoreCase) ? $"{Model}:{Tag}" : $"{Namespace}/{Model}:{Tag}";
    }

    public bool Equals(ModelName? other) => other is not null && string.Equals(Full, other.Full, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as ModelName);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Full);

    private static bool Cut(ref string text, char separator, out string last)
    {
        int index = text.LastIndexOf(separator);
        last = index < 0 ? "" : text[(index + 1)..];
        text = index < 0 ? text : text[..index];
        return index >= 0;
    }

    private static bool IsPart(string part, SearchValues<char> allowed, int longest) =>
        part.Length >= 1 && part.Length <= longest && s_first.Contains(part[0]) && part.AsSpan().IndexOfAnyExcept(allowed) < 0;
}
