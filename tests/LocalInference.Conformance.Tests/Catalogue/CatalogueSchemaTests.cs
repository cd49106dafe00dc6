using System.Text.Json.Nodes;
using LocalInference.Conformance.Tests.Grammars;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Conformance.Tests.Catalogue;

/// <summary>The models that are known by a short name, against the schema that says what applications may write.</summary>
public sealed class CatalogueSchemaTests
{
    [PythonSchemaFact]
    public void The_catalogue_is_what_its_schema_says_and_the_schema_says_something()
    {
        string root = Path.GetFullPath(Path.Combine(Oracle.Scripts, "..", ".."));
        string catalogue = File.ReadAllText(Path.Combine(root, "models.manifest.json"));
        JsonObject without = JsonNode.Parse(catalogue)!.AsObject();
        without["models"]![0]!.AsObject().Remove("source");
        JsonObject more = JsonNode.Parse(catalogue)!.AsObject();
        more["models"]![0]!["other"] = 1;
        JsonArray requests = [new JsonObject
        {
            ["schema"] = JsonNode.Parse(File.ReadAllText(Path.Combine(root, "models.manifest.schema.json"))),
            ["texts"] = new JsonArray(catalogue, without.ToJsonString(), more.ToJsonString()),
        }];

        JsonArray verdicts = PythonOracle.Run("validate.py", "jsonschema", requests)[0]!.AsArray();

        Assert.Equal(["valid", "invalid", "invalid"], verdicts.Select(static verdict => verdict!.GetValue<string>()), StringComparer.Ordinal);
    }
}
