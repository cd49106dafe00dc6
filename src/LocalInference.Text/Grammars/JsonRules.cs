namespace LocalInference.Text;

/// <summary>
/// The rules that grammars for JSON are made of. Where white space may stand and how long numbers may be is as in llama.cpp
/// v0.5.0 (common/json-schema-to-grammar.cpp): models stray less the less they may. Escapes spell Unicode scalars only: half of
/// a surrogate pair is text that no reader can decode.
/// </summary>
internal static class JsonRules
{
    public const string Space = "space";
    public const string Value = "value";
    public const string Object = "object";
    public const string Array = "array";
    public const string String = "string";
    public const string Character = "char";
    public const string Number = "number";
    public const string Integer = "integer";
    public const string Boolean = "boolean";
    public const string Null = "null";

    private const string Escape = "escape";
    private const string IntegralPart = "integral-part";
    private const string DecimalPart = "decimal-part";

    private static readonly Dictionary<string, JsonRule> s_rules = new(StringComparer.Ordinal)
    {
        [Space] = new("""| " " | "\n"{1,2} [ \t]{0,20}"""),
        [Value] = new("object | array | string | number | boolean | null", Object, Array, String, Number, Boolean, Null),
        [Object] = new("""
            "{" space (string ":" space value ("," space string ":" space value)*)? space "}"
            """, Space, String, Value),
        [Array] = new("""
            "[" space (value ("," space value)*)? space "]"
            """, Space, Value),
        [String] = new("""
            "\"" char* "\""
            """, Character),
        [Character] = new("""[^"\\\x7F\x00-\x1F] | escape""", Escape),
        [Escape] = new(
            """
            "\\" (["\\bfnrt] | "u" ([0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] ([0-7] [0-9a-fA-F]{2} | [89abAB] [0-9a-fA-F]{2} "\\u" [dD] [c-fC-F] [0-9a-fA-F]{2})))
            """),
        [Number] = new("""
            "-"? integral-part ("." decimal-part)? ([eE] [-+]? integral-part)?
            """, IntegralPart, DecimalPart),
        [Integer] = new("""
            "-"? integral-part
            """, IntegralPart),
        [IntegralPart] = new("[0] | [1-9] [0-9]{0,15}"),
        [DecimalPart] = new("[0-9]{1,16}"),
        [Boolean] = new("""
            "true" | "false"
            """),
        [Null] = new("""
            "null"
            """),
    };

    public static bool Contains(string rule) => s_rules.ContainsKey(rule);

    public static JsonRule Get(string rule) => s_rules[rule];
}
