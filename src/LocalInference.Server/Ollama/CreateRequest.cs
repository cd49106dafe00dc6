using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Text;

namespace LocalInference.Server.Ollama;

/// <summary>
/// Reads what <c>/api/create</c> is to make a model of, as a Modelfile: from a model or from blobs, never from files of this machine.
/// </summary>
internal static class CreateRequest
{
    private const string Drafts = "draft_files";

    // What may be files of safetensors; the recipe names them as the request does.
    private static readonly string[] s_folders = ["files", "adapters"];

    public static Modelfile Read(JsonFields request)
    {
        if (request.Text("remote_host") is { Length: > 0 })
        {
            throw RequestException.NotOffered("models on other servers");
        }

        List<ModelfileInstruction> instructions = [];
        string? from = request.Text("from") is { Length: > 0 } name ? name : null;
        if (from is not null)
        {
            instructions.Add(new ModelfileInstruction(ModelfileKeyword.From, from));
        }
        else
        {
            AddBlobs(instructions, ModelfileKeyword.From, request, "files");
        }

        if (instructions.Count == 0)
        {
            throw RequestException.Bad("neither 'from' or 'files' was specified", "from");
        }

        AddBlobs(instructions, ModelfileKeyword.Adapter, request, "adapters");
        AddBlobs(instructions, ModelfileKeyword.Draft, request, Drafts);
        AddText(instructions, ModelfileKeyword.Template, Template(request));
        AddText(instructions, ModelfileKeyword.System, request.Text("system"));
        AddText(instructions, ModelfileKeyword.Renderer, request.Text("renderer") is { Length: > 0 } renderer ? renderer : null);
        AddText(instructions, ModelfileKeyword.Parser, request.Text("parser") is { Length: > 0 } parser ? parser : null);
        AddText(instructions, ModelfileKeyword.Requires, request.Text("requires") is { Length: > 0 } version ? version : null);
        instructions.AddRange(request.TextOrTexts("license").Select(static license => new ModelfileInstruction(ModelfileKeyword.License, license)));
        AddParameters(instructions, request);
        instructions.AddRange(request.Items("messages").Select(static item => Message(JsonFields.AsObject(item.Value, item.Path))));

        // What a Modelfile's reader refuses is refused here too: it is the one that knows parameters, versions and roles.
        return Modelfile.Parse(new Modelfile(instructions).Print());
    }

    /// <summary>What the weights are to be stored in, by either of Ollama's names for it, and which blobs belong together.</summary>
    public static CreateOptions ReadOptions(JsonFields request) => new()
    {
        Quantization = request.Text("quantize") is { Length: > 0 } type ? type : request.Text("quantization"),
        BlobFolders = s_folders
            .Select(field => (Field: field, Files: ReadFiles(request, field)))
            .Where(static folder => IsSaved(folder.Files))
            .ToDictionary(static folder => folder.Field, static folder => (IReadOnlyDictionary<string, string>)folder.Files, StringComparer.Ordinal),
    };

    /// <summary>The request's files are no model. Ollama believes a name that ends in <c>.gguf</c>, and looks into the others.</summary>
    public static RequestException NoModel(JsonFields request)
    {
        bool isNamed = s_folders.Append(Drafts).Any(field => ReadFiles(request, field).Keys.Any(static name => name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)));
        return RequestException.Bad(isNamed ? "supplied file was not in GGUF format" : "unknown type: a file is neither in GGUF nor in safetensors", "files");
    }

    // What transformers or PEFT saved belongs together, by the names of the files; GGUF files stand each for itself.
    private static void AddBlobs(List<ModelfileInstruction> instructions, ModelfileKeyword keyword, JsonFields request, string field)
    {
        Dictionary<string, string> files = ReadFiles(request, field);
        IEnumerable<string> blobs = IsSaved(files) && s_folders.Contains(field) ? [field] : files.Values;
        instructions.AddRange(blobs.Select(blob => new ModelfileInstruction(keyword, $"@{blob}")));
    }

    // A client names its own files, and the digests of the blobs that it has sent before.
    private static Dictionary<string, string> ReadFiles(JsonFields request, string field)
    {
        Dictionary<string, string> digests = new(StringComparer.Ordinal);
        if (request.Object(field) is not { } files)
        {
            return digests;
        }

        foreach (JsonProperty file in files.Element.EnumerateObject())
        {
            if (Path.IsPathRooted(file.Name) || file.Name.Split('/', '\\').Contains("..", StringComparer.Ordinal))
            {
                throw RequestException.Bad("file path must be relative", files.Path + file.Name);
            }

            digests[file.Name] = JsonFields.AsText(file.Value, files.Path + file.Name);
        }

        return digests;
    }

    private static bool IsSaved(Dictionary<string, string> files) => files.Keys.Any(static name => name.EndsWith(".safetensors", StringComparison.Ordinal));

    private static string? Template(JsonFields request)
    {
        if (request.Text("template") is not { } template)
        {
            return null;
        }

        try
        {
            _ = ChatTemplate.FromGo(template);
            return template;
        }
        catch (TemplateException e)
        {
            throw RequestException.Bad($"template error: {e.Message}", "template");
        }
    }

    private static void AddText(List<ModelfileInstruction> instructions, ModelfileKeyword keyword, string? text)
    {
        if (text is not null)
        {
            instructions.Add(new ModelfileInstruction(keyword, text));
        }
    }

    private static void AddParameters(List<ModelfileInstruction> instructions, JsonFields request)
    {
        if (request.Object("parameters") is not { } parameters)
        {
            return;
        }

        foreach (JsonProperty parameter in parameters.Element.EnumerateObject())
        {
            IEnumerable<JsonElement> values = parameter.Value.ValueKind == JsonValueKind.Array ? parameter.Value.EnumerateArray() : [parameter.Value];
            instructions.AddRange(values.Select(value => new ModelfileInstruction(ModelfileKeyword.Parameter, Value(value, parameters.Path + parameter.Name)) { Name = parameter.Name }));
        }
    }

    private static string Value(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw JsonFields.Wrong(path, "a number, a text, true, false, or an array of them"),
    };

    private static ModelfileInstruction Message(JsonFields message) =>
        new(ModelfileKeyword.Message, message.Text("content") ?? "") { Name = message.RequiredText("role").ToLowerInvariant() };
}
