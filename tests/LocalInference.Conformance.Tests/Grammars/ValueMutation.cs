using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>Changes one value of a JSON text: another type, another size, a member gone or added. The text stays JSON.</summary>
internal static class ValueMutation
{
    private static readonly JsonSerializerOptions s_legible = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] s_others = ["null", "true", "-100000", "2.5", "\"\"", "\"zzzzzzzzzzzzzzzzzzzz\"", "[]", "{}", "[1,2,3,4,5,6,7,8]"];

    public static string Of(string text, Dice dice)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            // Additional properties may be there twice, which JsonNode cannot hold.
            return dice.Pick(s_others);
        }

        List<JsonNode> places = [];
        Collect(root, places);
        if (places.Count == 0 || dice.OneIn(4))
        {
            return dice.Pick(s_others);
        }

        switch (dice.Pick(places))
        {
            case JsonObject { Count: > 0 } value when dice.OneIn(2):
                value.Remove(value.ElementAt(dice.Below(value.Count)).Key);
                break;
            case JsonObject value when value.Count == 0 || dice.OneIn(2):
                value["unknown"] = 1;
                break;
            case JsonObject value:
                value[value.ElementAt(dice.Below(value.Count)).Key] = JsonNode.Parse(dice.Pick(s_others));
                break;
            case JsonArray { Count: > 0 } value:
                value[dice.Below(value.Count)] = JsonNode.Parse(dice.Pick(s_others));
                break;
            case JsonArray value:
                value.Add(1);
                break;
            default:
                break;
        }

        return root!.ToJsonString(s_legible);
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is not (JsonObject or JsonArray))
        {
            return;
        }

        places.Add(node);
        IEnumerable<JsonNode?> children = node is JsonObject members ? members.Select(m => m.Value) : node.AsArray();
        foreach (JsonNode? child in children)
        {
            Collect(child, places);
        }
    }
}
