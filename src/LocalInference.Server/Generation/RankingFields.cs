using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Server.Generation;

/// <summary>Ranked documents in the form that several interfaces share.</summary>
internal static class RankingFields
{
    /// <summary>Writes <c>results: [{index, relevance_score}, …]</c>, and in <c>score</c> what the scores are.</summary>
    public static void Write(Utf8JsonWriter json, RerankResult result)
    {
        json.WritePropertyName("results");
        WriteArray(json, result, "relevance_score", texts: null);

        // This server's own: a model that only embeds compares, it does not judge.
        json.WriteString("score", result.Score == RerankScore.Cosine ? "cosine" : "relevance");
    }

    /// <summary>Writes the array alone.</summary>
    /// <param name="json">Where.</param>
    /// <param name="result">The documents.</param>
    /// <param name="score">What the field of a document's score is called.</param>
    /// <param name="texts">The documents as they came, each of which is repeated; <see langword="null"/>: they are not.</param>
    public static void WriteArray(Utf8JsonWriter json, RerankResult result, string score, IReadOnlyList<string>? texts)
    {
        json.WriteStartArray();
        foreach (RankedDocument document in result.Documents)
        {
            json.WriteStartObject();
            json.WriteNumber("index", document.Index);
            json.WriteNumber(score, document.Score);
            if (texts is not null)
            {
                json.WriteString("text", texts[document.Index]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
