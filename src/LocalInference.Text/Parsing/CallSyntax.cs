namespace LocalInference.Text.Parsing;

/// <summary>How a model spells a tool call between its markers.</summary>
internal enum CallSyntax
{
    /// <summary>The model calls no tools, or in no way we know.</summary>
    None,

    /// <summary>A JSON object with name and arguments, or an array of them; also <c>{"name-of-tool": {…}}</c>.</summary>
    Json,

    /// <summary>The name as text, then the arguments as a JSON object: <c>&lt;function=f&gt;{…}&lt;/function&gt;</c>.</summary>
    NamedJson,

    /// <summary>The name as text, then each argument in tags: <c>&lt;parameter=a&gt;1&lt;/parameter&gt;</c>.</summary>
    Tagged,

    /// <summary>Python: <c>[f(a=1), g()]</c>.</summary>
    Pythonic,

    /// <summary>Gemma 4 and FunctionGemma: <c>call:f{a:1,b:&lt;|"|&gt;text&lt;|"|&gt;}</c>.</summary>
    GemmaDictionary,

    /// <summary>MiniMax M3: each argument, and each part of one, in a tag of its name.</summary>
    NestedTags,
}
