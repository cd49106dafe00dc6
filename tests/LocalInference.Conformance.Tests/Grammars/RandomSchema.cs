using System.Globalization;
using System.Text.Json.Nodes;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>Makes schemas of every kind that strict reading takes, nested and combined, with references and recursion.</summary>
internal sealed class RandomSchema(Dice dice)
{
    private static readonly string[] s_patterns =
    [
        "^[a-z]{2,5}$", "^(foo|bar)+[0-9]?$", "[0-9]{3}", "^x", "y$", "^[^abc\"\\\\]{1,4}$", "^a.c\\d\\.$", "^(\\w+-)*\\w+$", "^\"q\\\\\"\\s?z$", "^(a|b{2,3}|)(?:c|[d-f]*?)$",
    ];

    private static readonly string[] s_formats = ["date", "time", "date-time", "uuid", "email", "uri", "ipv4", "ipv6", "hostname"];

    private static readonly string[] s_names = ["a", "ab", "abc", "b", "name", "with space", "quote\"d", "ünï", "x/y", "t~z", "$ref!", "back\\slash", "and", "also"];

    private bool _hasDefinitions;

    public JsonObject Next()
    {
        _hasDefinitions = dice.OneIn(3);
        JsonObject schema = Schema(3);
        if (_hasDefinitions)
        {
            schema["$defs"] = new JsonObject
            {
                ["leaf"] = Schema(0, references: false),
                ["node"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["value"] = Schema(0, references: false),
                        ["next"] = new JsonObject { ["$ref"] = "#/$defs/node" },
                        ["children"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#/$defs/node" }, ["maxItems"] = 3 },
                    },
                    ["required"] = new JsonArray("value"),
                },
            };
        }

        return schema;
    }

    private JsonObject Schema(int depth, bool references = true)
    {
        int kinds = depth > 0 ? 13 : 8;
        switch (dice.Below(kinds))
        {
            case 0:
                return Text();
            case 1:
                return Number("integer");
            case 2:
                return Number("number");
            case 3:
                return new JsonObject { ["enum"] = new JsonArray("red", "gr\"een", 42, null, true, 1.5, new JsonArray("x", 1), new JsonObject { ["k"] = "v" }) };
            case 4:
                return new JsonObject { ["const"] = dice.Pick(s_names) };
            case 5:
                return new JsonObject { ["type"] = new JsonArray("boolean", "null") };
            case 6:
                return references && _hasDefinitions ? new JsonObject { ["$ref"] = dice.OneIn(2) ? "#/$defs/leaf" : "#/$defs/node" } : Text();
            case 7:
                return dice.OneIn(4) ? [] : new JsonObject { ["type"] = new JsonArray("string", "integer"), ["maxLength"] = 4, ["minimum"] = -3 };
            case 8:
                return Array(depth);
            case 9:
                return new JsonObject { ["anyOf"] = new JsonArray(Schema(depth - 1), Schema(depth - 1)) };
            case 10:
                return new JsonObject
                {
                    ["oneOf"] = new JsonArray(
                        new JsonObject { ["type"] = "string", ["minLength"] = 1 },
                        Tagged("circle", depth),
                        Tagged("square", depth),
                        new JsonObject { ["type"] = "number", ["maximum"] = 10 }),
                };
            case 11:
                return new JsonObject { ["allOf"] = new JsonArray(Object(depth, mayClose: false), Object(depth, mayClose: false)) };
            default:
                return Object(depth, mayClose: true);
        }
    }

    private JsonObject Tagged(string tag, int depth)
    {
        JsonObject schema = Object(depth, mayClose: false);
        schema["properties"]!["kind"] = new JsonObject { ["const"] = tag };
        schema["required"] = new JsonArray("kind");
        return schema;
    }

    private JsonObject Text()
    {
        JsonObject schema = new() { ["type"] = "string" };
        switch (dice.Below(4))
        {
            case 0:
                schema["pattern"] = dice.Pick(s_patterns);
                break;
            case 1:
                schema["format"] = dice.Pick(s_formats);
                break;
            case 2:
                schema["minLength"] = dice.Below(4);
                schema["maxLength"] = 3 + dice.Below(6);
                break;
            default:
                break;
        }

        return schema;
    }

    private JsonObject Number(string type)
    {
        JsonObject schema = new() { ["type"] = type };
        decimal low = (dice.Below(4000) - 2000) / (type == "integer" || dice.OneIn(2) ? 1m : 100m);
        decimal high = low + (dice.Below(3000) / (dice.OneIn(2) ? 1m : 1000m)) + 1;
        if (!dice.OneIn(3))
        {
            schema[dice.OneIn(3) ? "exclusiveMinimum" : "minimum"] = Node(low);
        }

        if (!dice.OneIn(3))
        {
            schema[dice.OneIn(3) ? "exclusiveMaximum" : "maximum"] = Node(type == "integer" ? decimal.Ceiling(high) + 1 : high);
        }

        return schema;
    }

    private static JsonNode Node(decimal value) => JsonNode.Parse(value.ToString(CultureInfo.InvariantCulture))!;

    private JsonObject Array(int depth)
    {
        JsonObject schema = new() { ["type"] = "array" };
        if (dice.OneIn(3))
        {
            schema["prefixItems"] = new JsonArray(Schema(depth - 1), Schema(depth - 1));
            if (dice.OneIn(2))
            {
                schema["items"] = dice.OneIn(2) ? JsonValue.Create(false) : Schema(depth - 1);
            }
        }
        else
        {
            schema["items"] = Schema(depth - 1);
            schema["minItems"] = dice.Below(3);
        }

        if (dice.OneIn(2))
        {
            schema["maxItems"] = 2 + dice.Below(3);
        }

        return schema;
    }

    private JsonObject Object(int depth, bool mayClose)
    {
        JsonObject properties = [];
        JsonArray required = [];
        for (int i = dice.Below(4); i >= 0; i--)
        {
            string name = dice.Pick(s_names);
            if (properties.TryAdd(name, Schema(depth - 1)) && dice.OneIn(2))
            {
                required.Add(name);
            }
        }

        JsonObject schema = new() { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        if (mayClose && dice.OneIn(2))
        {
            schema["additionalProperties"] = dice.Below(3) switch { 0 => false, 1 => true, _ => Schema(depth - 1) };
        }

        return schema;
    }
}
