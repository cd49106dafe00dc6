using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalInference;

/// <summary>A digest as the text that it is in manifests. What is none, is an error.</summary>
internal sealed class BlobDigestJson : JsonConverter<BlobDigest>
{
    public override BlobDigest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && BlobDigest.TryParse(reader.GetString(), out BlobDigest digest)
            ? digest
            : throw new JsonException("expected sha256: and 64 hexadecimal digits in lower case");

    public override void Write(Utf8JsonWriter writer, BlobDigest value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
