using System.Security.Cryptography;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary>Makes a model in a running server, as Ollama's clients do: sends it the files that a recipe names, then the recipe.</summary>
/// <param name="store">The server's store.</param>
/// <param name="modelfile">The recipe.</param>
/// <param name="options">What its paths are relative to, and how weights are stored.</param>
/// <param name="progress">Told what happens.</param>
internal sealed class RemoteCreation(RemoteModelStore store, Modelfile modelfile, CreateOptions options, IProgress<StoreProgress>? progress)
{
    // What transformers and PEFT save beside the weights, and nothing else that lies in their folder.
    private static readonly string[] s_saved = [".safetensors", ".json", ".model", ".txt", ".jinja"];

    private readonly string _folder = options.Folder ?? Directory.GetCurrentDirectory();

    /// <summary>Sends everything.</summary>
    /// <returns>The body of <c>/api/create</c>.</returns>
    /// <exception cref="CliException">A server cannot be asked for such a model, a file is missing, or it refuses one.</exception>
    public async Task<string> SendAsync(string name, CancellationToken cancellationToken)
    {
        if (options.ImportanceMatrixPath is not null)
        {
            throw Refuse("a model with an importance matrix");
        }

        string[] sources = [.. modelfile.ValuesOf(ModelfileKeyword.From)];
        string[] paths = [.. sources.Select(source => IsPath(source) ? Get(source) : Find(source)).OfType<string>()];
        if (paths.Length < sources.Length && sources.Length > 1)
        {
            throw Refuse("a model of another one and more");
        }

        Dictionary<string, string> files = await UploadAsync(paths, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> adapters = await UploadAsync(modelfile.ValuesOf(ModelfileKeyword.Adapter).Select(Get), cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> drafts = await UploadAsync(modelfile.ValuesOf(ModelfileKeyword.Draft).TakeLast(1).Select(Get), cancellationToken).ConfigureAwait(false);
        return ServerJson.Body(json =>
        {
            json.WriteString("model", name);
            Write(json, "from", paths.Length == 0 ? sources.FirstOrDefault() : null);
            Write(json, "files", files);
            Write(json, "adapters", adapters);
            Write(json, "draft_files", drafts);
            Write(json, "template", modelfile.LastOf(ModelfileKeyword.Template));
            Write(json, "system", modelfile.LastOf(ModelfileKeyword.System));
            Write(json, "renderer", modelfile.LastOf(ModelfileKeyword.Renderer));
            Write(json, "parser", modelfile.LastOf(ModelfileKeyword.Parser));
            Write(json, "requires", modelfile.LastOf(ModelfileKeyword.Requires));
            Write(json, "quantize", options.Quantization);
            WriteLicenses(json);
            WriteParameters(json);
            WriteMessages(json);
        });
    }

    // What looks like a file is one, even if it is not there.
    private static bool IsPath(string value) => value.StartsWith('.') || value.StartsWith('/') || value.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    private string? Find(string value) => RecipePaths.FindIn(_folder, value);

    private string Get(string value) => Find(value) ?? throw new CliException($"There is no file '{value}'.", "Correct the path; it is relative to the Modelfile's folder.");

    // Names and digests of files and of what folders hold. Names only tell files apart, and what was saved together by what it is called.
    private async Task<Dictionary<string, string>> UploadAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        Dictionary<string, string> digests = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            foreach ((string name, string file) in Files(path))
            {
                if (!digests.TryAdd(name, await UploadAsync(file, cancellationToken).ConfigureAwait(false)))
                {
                    throw Refuse($"a model of two files named '{name}'");
                }
            }
        }

        return digests;
    }

    private static IEnumerable<(string Name, string Path)> Files(string path)
    {
        if (SafetensorsSet.IsIn(new SourceFolder(path)) || PeftConfig.IsIn(new SourceFolder(path)))
        {
            // sentence-transformers' folders of one file each lie one level down.
            return Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
                .Where(static file => s_saved.Contains(Path.GetExtension(file), StringComparer.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(file => (Path.GetRelativePath(path, file).Replace('\\', '/'), file));
        }

        SourceFile[] files = SourceFile.Find(path);
        return Array.Exists(files, static file => file.Parts > 1)
            ? throw Refuse("a model in several files")
            : files.Select(static file => (Path.GetFileName(file.Path), file.Path));
    }

    private async Task<string> UploadAsync(string path, CancellationToken cancellationToken)
    {
        FileStream file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            progress?.Report(new StoreProgress($"hashing {Path.GetFileName(path)}"));
            string digest = $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false))}";
            file.Position = 0;
            progress?.Report(new StoreProgress($"sending {Path.GetFileName(path)}"));
            await store.AddBlobAsync(digest, file, cancellationToken).ConfigureAwait(false);
            return digest;
        }
    }

    private static void Write(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, Dictionary<string, string> texts)
    {
        if (texts.Count > 0)
        {
            json.WriteStartObject(name);
            foreach ((string key, string text) in texts)
            {
                json.WriteString(key, text);
            }

            json.WriteEndObject();
        }
    }

    private void WriteLicenses(Utf8JsonWriter json)
    {
        json.WriteStartArray("license");
        foreach (string license in modelfile.ValuesOf(ModelfileKeyword.License))
        {
            json.WriteStringValue(license);
        }

        json.WriteEndArray();
    }

    // Of those that may be there several times the server takes all, of others the last one, as from a Modelfile.
    private void WriteParameters(Utf8JsonWriter json)
    {
        json.WriteStartObject("parameters");
        foreach (IGrouping<string, ModelfileInstruction> same in modelfile.Instructions.Where(static one => one.Keyword == ModelfileKeyword.Parameter).GroupBy(static one => one.Name!, StringComparer.OrdinalIgnoreCase))
        {
            json.WriteStartArray(same.Key);
            foreach (ModelfileInstruction one in same)
            {
                json.WriteStringValue(one.Value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteMessages(Utf8JsonWriter json)
    {
        json.WriteStartArray("messages");
        foreach (ModelfileInstruction message in modelfile.Instructions.Where(static one => one.Keyword == ModelfileKeyword.Message))
        {
            json.WriteStartObject();
            json.WriteString("role", message.Name);
            json.WriteString("content", message.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static CliException Refuse(string what) =>
        new($"A server cannot be asked for {what}.", "Make it on the server's own machine, with --models and the folder of its store.");
}
