using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Server.Ollama;

/// <summary>What Ollama says of a model, in the fields that its answers share.</summary>
internal static class ModelFields
{
    /// <summary>Name and digest.</summary>
    /// <param name="json">Where.</param>
    /// <param name="name">The name that requests use.</param>
    /// <param name="model">What is known of it.</param>
    public static void Identity(Utf8JsonWriter json, string name, ModelDescription? model)
    {
        json.WriteString("name", name);
        json.WriteString("model", name);
        json.WriteString("digest", Digest(name, model));
    }

    public static DateTime ModifiedAt(ModelDescription model) => (model.ModifiedAt ?? DateTimeOffset.UnixEpoch).UtcDateTime;

    public static void Details(Utf8JsonWriter json, ModelDescription? model)
    {
        json.WriteStartObject("details");
        json.WriteString("parent_model", "");
        json.WriteString("format", "gguf");
        json.WriteString("family", model?.Architecture ?? "");
        json.WriteStartArray("families");
        if (model?.Architecture is { } family)
        {
            json.WriteStringValue(family);
        }

        json.WriteEndArray();
        json.WriteString("parameter_size", model?.ParameterCount is { } count ? ParameterSize(count) : "");
        json.WriteString("quantization_level", model?.Quantization ?? "");
        if (model?.ContextLength is { } context)
        {
            json.WriteNumber("context_length", context);
        }

        if (model?.EmbeddingLength is { } length)
        {
            json.WriteNumber("embedding_length", length);
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// Ollama's words for what a model can do. A model of this server can chat with ChatML and call tools without a template for that, so
    /// what completes a text is said to complete, and <c>tools</c> is what its template knows.
    /// </summary>
    public static void Capabilities(Utf8JsonWriter json, ModelCapabilities capabilities)
    {
        json.WriteStartArray("capabilities");

        // Clients offer for chats what has this word; models of other providers may answer nothing but chats.
        if ((capabilities & (ModelCapabilities.Completion | ModelCapabilities.Chat)) != ModelCapabilities.None)
        {
            json.WriteStringValue("completion");
        }

        Word(ModelCapabilities.Tools, "tools");
        Word(ModelCapabilities.Infill, "insert");
        Word(ModelCapabilities.Vision, "vision");
        Word(ModelCapabilities.Embedding, "embedding");
        Word(ModelCapabilities.Rerank, "rerank");
        Word(ModelCapabilities.Reasoning, "thinking");
        json.WriteEndArray();

        void Word(ModelCapabilities capability, string word)
        {
            if (capabilities.HasFlag(capability))
            {
                json.WriteStringValue(word);
            }
        }
    }

    /// <summary>The metadata of the model's file; where the catalog has not read it, the keys that clients look for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="baseName">What <c>general.basename</c> is to say; <see langword="null"/>: what the file says.</param>
    public static IEnumerable<KeyValuePair<string, JsonElement>> Metadata(ModelDescription model, string? baseName)
    {
        var keys = new Dictionary<string, JsonElement>(model.Metadata, StringComparer.Ordinal);
        keys.Remove("general.name");
        keys.Remove("tokenizer.chat_template");
        if (baseName is not null)
        {
            keys["general.basename"] = Text(baseName);
        }

        if (model.Architecture is { } architecture)
        {
            keys.TryAdd("general.architecture", Text(architecture));
            Number("general.parameter_count", model.ParameterCount);
            Number($"{architecture}.context_length", model.ContextLength);
            Number($"{architecture}.embedding_length", model.EmbeddingLength);
        }

        return keys.OrderBy(static pair => pair.Key, StringComparer.Ordinal);

        static JsonElement Text(string value) => JsonElement.Parse($"\"{JsonEncodedText.Encode(value)}\"");

        void Number(string key, long? value)
        {
            if (value is { } number)
            {
                keys.TryAdd(key, JsonElement.Parse(number.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }

    // 64 hexadecimal digits without a prefix, of which clients cut the first 12. Where a model's content was never hashed, its name, size
    // and time stand for it: another digest means another file.
    private static string Digest(string name, ModelDescription? model) =>
        model?.Digest is { } digest
            ? digest[(digest.IndexOf(':', StringComparison.Ordinal) + 1)..]
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{model?.SizeInBytes}\n{model?.ModifiedAt:O}")));

    // As Ollama counts: 8.0B, 134.52M, 260.03K.
    private static string ParameterSize(long count) => count switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.0}B"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.00}M"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0.00}K"),
        _ => count.ToString(CultureInfo.InvariantCulture),
    };
}
