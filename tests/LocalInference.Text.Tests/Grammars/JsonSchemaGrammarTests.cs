namespace LocalInference.Text.Tests.Grammars;

public sealed class JsonSchemaGrammarTests
{
    private static readonly JsonSchemaGrammarOptions s_strict = new() { Strict = true };

    [Theory]
    [InlineData("""{"type": "number", "minimum": 1.25, "exclusiveMaximum": 3}""", "1.25 1.3 2 2.999 2.0", "1.2 1.249 3 3.0 -2 1")]
    [InlineData("""{"type": "number", "exclusiveMinimum": -0.5, "maximum": 0.75}""", "-0.499 0 0.75 0.7 0.750", "-0.5 0.751 1 -1")]
    [InlineData("""{"type": "number", "exclusiveMinimum": 0}""", "0.001 1 12.5", "0 0.0 -1")]
    [InlineData("""{"type": "integer", "exclusiveMinimum": 9, "maximum": 110.5}""", "10 99 100 110", "9 111 1000 -10 010")]
    [InlineData("""{"type": "integer", "maximum": -5}""", "-5 -10 -999", "-4 -05 0 5")]
    [InlineData("""{"type": "number", "multipleOf": 1}""", "1 -3", "1.5")]
    [InlineData("""{"type": "string", "minLength": 2, "maxLength": 3}""", "\"ab\" \"é😀\" \"\\ud83d\\ude00x\" \"\\n\\u00e9b\"", "\"a\" \"abcd\" \"\\ud83d\\ude00\" \"\\ud83dx\"")]
    [InlineData("""{"pattern": "[0-9]{2}"}""", "\"a12b\" \"12\"", "\"1a2\" 12")]
    [InlineData("""{"pattern": "^\"\\\\\\s$"}""", "\"\\\"\\\\\\t\"", "\"\"\\\"")]
    [InlineData("""{"format": "date"}""", "\"2024-02-29\" \"2000-02-29\" \"1999-12-31\"", "\"2023-02-29\" \"1900-02-29\" \"2024-04-31\" \"0000-01-01\"")]
    [InlineData("""{"format": "ipv6"}""", "\"::\" \"::1\" \"1:2:3:4:5:6:7:8\" \"fe80::1:2\"", "\"1::2::3\" \"1:2:3\" \"12345::\"")]
    [InlineData("""{"format": "email"}""", "\"a.b@example.org\"", "\"a@b\" \"@example.org\"")]
    [InlineData("""{"format": "uri"}""", "\"https://example.org/a?b=c#d\" \"urn:isbn:1\"", "\"example\" \"://a\"")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "null"}}, "required": ["z", "a"], "additionalProperties": {"type": "boolean"}}""", "{\"a\":null,\"z\":true} {\"a\":null,\"z\":true,\"c\":false}", "{\"a\":null} {\"a\":null,\"z\":1} {\"z\":true,\"a\":null}")]
    [InlineData("""{"allOf": [{"properties": {"a": {"type": "number"}}, "required": ["a"]}, {"properties": {"a": {"minimum": 3}}}]}""", "{\"a\":3}", "{\"a\":2} {}")]
    [InlineData("""{"type": ["string", "integer"], "enum": ["x", 1, 1.5, null]}""", "\"x\" 1", "1.5 null")]
    [InlineData("""{"type": "string", "nullable": true}""", "\"x\" null", "1")]
    [InlineData("""{"prefixItems": [{"type": "integer"}, {"type": "boolean"}], "items": {"type": "null"}, "maxItems": 3}""", "[1,true] [1,true,null]", "[1] [1,true,null,null] [1,1]")]
    [InlineData("""{"$ref": "#/$defs/t", "$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}, "maxItems": 2}}}""", "[] [[],[[]]]", "[1] [[],[],[]]")]
    [InlineData("""{"properties": {"a/b~": {"type": "null"}, "c": {"$ref": "#/properties/a~1b~0"}}, "required": ["c"]}""", "{\"c\":null}", "{\"c\":1}")]
    [InlineData("""{"oneOf": [{"properties": {"k": {"const": 1}}, "required": ["k"]}, {"properties": {"k": {"const": 2}}, "required": ["k"]}]}""", "{\"k\":1} {\"k\":2}", "{\"k\":3}")]
    public void Strict_grammars_allow_and_refuse(string schema, string allowed, string refused)
    {
        var grammar = GbnfGrammar.Parse(JsonSchemaGrammar.Create(schema, s_strict));
        Assert.All(allowed.Split(' '), text => Assert.True(Allows(grammar, text), text));
        Assert.All(refused.Split(' '), text => Assert.False(Allows(grammar, text), text));
    }

    [Theory]
    [InlineData("""{"type": "array", "uniqueItems": true}""", "#/uniqueItems")]
    [InlineData("""{"properties": {"a/b": {"not": {}}}}""", "#/properties/a~1b/not")]
    [InlineData("""{"patternProperties": {"^a": {}}}""", "#/patternProperties")]
    [InlineData("""{"if": {}, "then": {}}""", "#/if")]
    [InlineData("""{"items": {"type": "integer", "multipleOf": 3}}""", "#/items/multipleOf")]
    [InlineData("""{"format": "idn-email"}""", "#/format")]
    [InlineData("""{"pattern": "(?=a)"}""", "#/pattern")]
    [InlineData("""{"pattern": "a", "maxLength": 3}""", "#/pattern")]
    [InlineData("""{"oneOf": [{"type": "number"}, {"type": "integer"}]}""", "#/oneOf")]
    [InlineData("""{"type": "object", "minProperties": 2}""", "#/minProperties")]
    public void Strict_reading_refuses_what_lenient_reading_leaves_out(string schema, string path)
    {
        GbnfGrammar.Parse(JsonSchemaGrammar.Create(schema));

        Assert.Equal(path, Assert.Throws<GrammarException>(() => JsonSchemaGrammar.Create(schema, s_strict)).Path);
    }

    [Theory]
    [InlineData("[]", "#")]
    [InlineData("{", "#")]
    [InlineData("""{"$ref": "https://example.org/schema.json"}""", "#/$ref")]
    [InlineData("""{"items": {"$ref": "#/$defs/missing"}}""", "#/items/$ref")]
    [InlineData("""{"$ref": "#"}""", "#/$ref")]
    [InlineData("""{"anyOf": [{"$ref": "#"}, {"type": "null"}]}""", "#")]
    [InlineData("""{"type": "integer", "minimum": 3, "maximum": 2}""", "#")]
    [InlineData("""{"allOf": [{"type": "string"}, {"type": "null"}]}""", "#")]
    [InlineData("""{"type": "string", "minLength": -1}""", "#/minLength")]
    [InlineData("""{"properties": {"a": 1}}""", "#/properties/a")]
    [InlineData("""{"enum": []}""", "#/enum")]
    [InlineData("""{"enum": ["\ud800"]}""", "#/enum")]
    [InlineData("""{"const": {"a": ["\udc00"]}}""", "#/const")]
    [InlineData("""{"properties": {"a": {"\ud800": 1, "type": "null"}}}""", "#")]
    [InlineData("""{"properties": {"\ud800": {}}}""", "#")]
    [InlineData("false", "#")]
    public void What_is_no_schema_or_allows_nothing_is_refused_with_its_place(string schema, string path)
    {
        Assert.Equal(path, Assert.Throws<GrammarException>(() => JsonSchemaGrammar.Create(schema)).Path);
    }

    [Fact]
    public void Large_counts_hold_exactly()
    {
        var grammar = GbnfGrammar.Parse(JsonSchemaGrammar.Create("""{"type": "string", "minLength": 1500, "maxLength": 5000}""", s_strict));
        foreach ((int length, bool allowed) in new[] { (1499, false), (1500, true), (1501, true), (4999, true), (5000, true), (5001, false) })
        {
            Assert.True(allowed == Allows(grammar, $"\"{new string('x', length)}\""), $"{length}");
        }
    }

    [Fact]
    public void Json_mode_allows_json()
    {
        var value = GbnfGrammar.Parse(JsonSchemaGrammar.AnyValue);
        var members = GbnfGrammar.Parse(JsonSchemaGrammar.AnyObject);
        Assert.True(Allows(value, "[1, {\"a\": [true, null, -1.5e3]}]"));
        Assert.True(Allows(members, "{\"a\": {}}"));
        Assert.False(Allows(members, "[]"));
    }

    [Theory]
    [InlineData("""{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}""", "#")]
    [InlineData("""{"$ref": "#/$defs/n", "$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}}, "required": ["next"]}}}""", "#/$defs/n")]
    [InlineData("""{"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/b"}}, "required": ["b"]}, "b": {"properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}}}""", "#/$defs/a")]
    [InlineData("""{"$ref": "#/$defs/l", "$defs": {"l": {"type": "array", "items": {"$ref": "#/$defs/l"}, "minItems": 1}}}""", "#/$defs/l")]
    [InlineData("""{"anyOf": [{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, {"type": "array", "items": {"$ref": "#"}, "minItems": 2}]}""", "#")]
    public void A_schema_whose_values_never_end_is_refused(string schema, string path)
    {
        GrammarException e = Assert.Throws<GrammarException>(() => JsonSchemaGrammar.Create(schema));

        Assert.Contains("never ends", e.Message, StringComparison.Ordinal);
        Assert.Equal(path, e.Path);
    }

    [Theory]
    [InlineData("""{"properties": {"x": {"$ref": "#/$defs/n"}, "y": {"type": "integer"}}, "$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}}}""", "{} {\"y\":1}", "{\"x\"")]
    [InlineData("""{"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}], "$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}}}""", "null", "{")]
    [InlineData("""{"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}}}""", "[]", "[{")]
    [InlineData("""{"$ref": "#/$defs/n", "$defs": {"n": {"properties": {"n": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]}}, "required": ["n"]}}}""", "{\"n\":null} {\"n\":{\"n\":null}}", "{} null")]
    [InlineData("""{"properties": {"a": {"$ref": "#/$defs/a"}, "b": {"type": "null"}}, "$defs": {"a": {"properties": {"s": {"$ref": "#/$defs/s"}, "a": {"$ref": "#/$defs/a"}}, "required": ["s"]}, "s": {"properties": {"s": {"$ref": "#/$defs/s"}}, "required": ["s"]}}}""", "{} {\"b\":null}", "{\"a\"")]
    public void What_never_ends_stays_away_where_something_else_can_stand(string schema, string allowed, string refusedStarts)
    {
        var grammar = GbnfGrammar.Parse(JsonSchemaGrammar.Create(schema));

        Assert.All(allowed.Split(' '), text => Assert.True(Allows(grammar, text), text));
        Assert.All(refusedStarts.Split(' '), text => Assert.False(new GbnfMatcher(grammar).Accept(text), text));
    }

    [Fact]
    public void Names_of_rules_never_meet()
    {
        var builder = new GrammarBuilder();
        string own = builder.AddRule("string", "\"mine\"");
        using var schema = System.Text.Json.JsonDocument.Parse("""{"properties": {"string": {"properties": {"root": {"type": "string"}}}, "s√": {"type": "string"}, "s∆": {"type": "integer"}}}""");
        string rule = builder.AddSchema("root", schema.RootElement);

        Assert.NotEqual("string", own, StringComparer.Ordinal);
        builder.AddRule("root2", $"{own} {rule}");
        Assert.True(Allows(GbnfGrammar.Parse(builder.Build()), "{\"string\":{\"root\":\"x\"},\"s√\":\"y\",\"s∆\":1}"));
    }

    private static bool Allows(GbnfGrammar grammar, string text)
    {
        var matcher = new GbnfMatcher(grammar);
        return matcher.Accept(text) && matcher.IsComplete;
    }
}
