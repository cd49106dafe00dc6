using System.Text.Json;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Anthropic;

/// <summary>
/// Reads blocks that say or show something: texts, search results, documents, pictures. What is in words becomes text; whether a model
/// takes the rest is its own, and it refuses what it does not.
/// </summary>
internal static class BlockReader
{
    private const string Pdf = "application/pdf";

    /// <summary>Reads a content of such blocks, or a mere text.</summary>
    public static void Read(JsonFields fields, string name, MessageContents to)
    {
        IEnumerable<JsonFields> blocks = Blocks(fields, name, out string? text);
        foreach (JsonFields block in blocks)
        {
            Read(block, to);
        }

        to.AddText(text ?? "");
    }

    /// <summary>Reads such a block.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static void Read(JsonFields block, MessageContents to)
    {
        switch (block.RequiredText("type"))
        {
            case "text":
                to.AddText(block.RequiredText("text"));
                break;
            case "image":
                to.Add(Picture(block));
                break;
            case "document":
                ReadDocument(block, to);
                break;
            case "search_result":
                to.AddText("<search_result>\n");
                AddLine(to, block.Text("title"));
                AddLine(to, block.Text("source"));
                Read(block, "content", to);
                to.AddText("\n</search_result>\n");
                break;
            default:
                throw Unread(block);
        }
    }

    /// <summary>The blocks of a content.</summary>
    /// <param name="fields">Whose content it is.</param>
    /// <param name="name">The field that holds it.</param>
    /// <param name="text">The content itself, if it is a mere text and has no blocks.</param>
    public static IEnumerable<JsonFields> Blocks(JsonFields fields, string name, out string? text)
    {
        text = null;
        switch (fields.Any(name))
        {
            case { ValueKind: JsonValueKind.String } whole:
                text = whole.GetString();
                return [];
            case null or { ValueKind: JsonValueKind.Array }:
                return fields.Items(name).Select(static item => JsonFields.AsObject(item.Value, item.Path));
            default:
                throw JsonFields.Wrong(fields.Path + name, "a text or an array of blocks");
        }
    }

    public static RequestException Unread(JsonFields block) => RequestException.Bad(
        $"{block.Path}type: '{block.RequiredText("type")}' cannot be read; leave it out, or say in words what it shows",
        block.Path + "type");

    private static AIContent Picture(JsonFields block)
    {
        JsonFields source = Source(block);
        return source.RequiredText("type") switch
        {
            "base64" => new DataContent(Bytes(source), source.RequiredText("media_type") switch
            {
                ("image/jpeg" or "image/png" or "image/gif" or "image/webp") and var type => type,
                _ => throw JsonFields.Wrong(source.Path + "media_type", "image/jpeg, image/png, image/gif or image/webp"),
            }),
            "url" => new UriContent(Address(source), "image/*"),
            _ => throw WrongSource(source, "base64 or url"),
        };
    }

    private static void ReadDocument(JsonFields block, MessageContents to)
    {
        JsonFields source = Source(block);
        string type = source.RequiredText("type");
        AIContent? file = type switch
        {
            "base64" => new DataContent(Bytes(source), source.RequiredText("media_type") == Pdf ? Pdf : throw JsonFields.Wrong(source.Path + "media_type", Pdf)),
            "url" => new UriContent(Address(source), Pdf),
            "text" or "content" => null,
            _ => throw WrongSource(source, "text, content, base64 or url"),
        };
        if (file is not null)
        {
            AddHead(block, to);
            to.Add(file);
            return;
        }

        to.AddText("<document>\n");
        AddHead(block, to);
        if (type == "text")
        {
            to.AddText(source.RequiredText("data"));
        }
        else
        {
            Read(source, "content", to);
        }

        to.AddText("\n</document>\n");
    }

    private static void AddHead(JsonFields document, MessageContents to)
    {
        AddLine(to, document.Text("title"));
        AddLine(to, document.Text("context"));
    }

    private static void AddLine(MessageContents to, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            to.AddText(text);
            to.AddText("\n");
        }
    }

    private static JsonFields Source(JsonFields block) => block.Object("source") ?? throw RequestException.Bad($"{block.Path}source is required", block.Path + "source");

    private static RequestException WrongSource(JsonFields source, string types) => JsonFields.Wrong(source.Path + "type", $"{types}: this server keeps no files for conversations");

    private static byte[] Bytes(JsonFields source) =>
        source.Any("data") is { ValueKind: JsonValueKind.String } data && data.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : throw JsonFields.Wrong(source.Path + "data", "Base64");

    private static Uri Address(JsonFields source) =>
        Uri.TryCreate(source.RequiredText("url"), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address : throw JsonFields.Wrong(source.Path + "url", "an http or https address");
}
