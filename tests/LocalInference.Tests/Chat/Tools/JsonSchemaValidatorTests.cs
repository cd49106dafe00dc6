namespace LocalInference.Tests.Chat.Tools;

public sealed class JsonSchemaValidatorTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "3", "3.5")]
    [InlineData("""{"type":"integer"}""", "3.0", "\"3\"")]
    [InlineData("""{"type":["string","null"]}""", "null", "1")]
    [InlineData("""{"type":"string","nullable":true}""", "null", "true")]
    [InlineData("""{"enum":["a",1,null]}""", "1.0", "2")]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[1]}""", """{"a":[2]}""")]
    [InlineData("""{"type":"object","required":["a"]}""", """{"a":1}""", "{}")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"a":"x","b":1}""", """{"a":1}""")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"a":1}""", """{"b":1}""")]
    [InlineData("""{"additionalProperties":{"type":"boolean"}}""", """{"x":true}""", """{"x":1}""")]
    [InlineData("""{"minProperties":1,"maxProperties":2}""", """{"a":1}""", "{}")]
    [InlineData("""{"items":{"type":"number"},"minItems":1,"maxItems":2}""", "[1]", "[1,2,3]")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}""", """["a",1,2]""", """["a","b"]""")]
    [InlineData("""{"minLength":2,"maxLength":3}""", "\"😀😀\"", "\"😀\"")]
    [InlineData("""{"pattern":"^[a-z]+$"}""", "\"abc\"", "\"ABC\"")]
    [InlineData("""{"minimum":1,"maximum":2}""", "1", "0")]
    [InlineData("""{"exclusiveMinimum":1,"exclusiveMaximum":2}""", "1.5", "2")]
    [InlineData("""{"multipleOf":0.1}""", "0.3", "0.35")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"number"}]}""", "1", "true")]
    [InlineData("""{"oneOf":[{"minimum":1},{"maximum":5}]}""", "9", "3")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":5}]}""", "3", "9")]
    [InlineData("""{"not":{"type":"string"}}""", "1", "\"x\"")]
    [InlineData("""{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"string"}}}""", "\"x\"", "1")]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}""", """{"next":{"next":{}}}""", """{"next":{"other":{}}}""")]
    [InlineData("true", "1", null)]
    [InlineData("false", null, "1")]
    public void It_tells_right_from_wrong(string schema, string? right, string? wrong)
    {
        if (right is not null)
        {
            Assert.Empty(JsonSchemaValidator.Validate(Answers.Json(schema), Answers.Json(right)));
        }

        if (wrong is not null)
        {
            Assert.NotEmpty(JsonSchemaValidator.Validate(Answers.Json(schema), Answers.Json(wrong)));
        }
    }

    [Fact]
    public void It_names_the_place_and_what_would_be_right()
    {
        const string Schema = """{"type":"object","properties":{"trip":{"type":"object","properties":{"days":{"type":"integer","maximum":7}},"required":["city"]}},"required":["name"]}""";

        IReadOnlyList<string> faults = JsonSchemaValidator.Validate(Answers.Json(Schema), Answers.Json("""{"trip":{"days":9}}"""));

        Assert.Equal(["name is missing", "trip.city is missing", "trip.days must be at most 7"], faults, StringComparer.Ordinal);
    }

    [Fact]
    public void It_stops_after_five() =>
        Assert.Equal(5, JsonSchemaValidator.Validate(Answers.Json("""{"items":{"type":"string"}}"""), Answers.Json("[1,2,3,4,5,6,7]")).Count);

    [Theory]
    [InlineData("""{"$ref":"#"}""", "1")]
    [InlineData("""{"$ref":"#/nowhere"}""", "1")]
    [InlineData("""{"$ref":"https://example.org/schema"}""", "1")]
    [InlineData("""{"pattern":"(((("}""", "\"x\"")]
    [InlineData("""{"pattern":"^(a+)+$"}""", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}""", "1")]
    public void A_hostile_schema_ends(string schema, string value) => _ = JsonSchemaValidator.Validate(Answers.Json(schema), Answers.Json(value));
}
