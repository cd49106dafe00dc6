using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Makes a model from a Modelfile: puts the layers of what it is made from together with its own.</summary>
/// <param name="store">Where the model goes, and where others are found.</param>
/// <param name="modelfile">The recipe.</param>
/// <param name="options">What paths in it are relative to, and which blobs they may stand for.</param>
/// <param name="quantization">What weights are stored in; <see langword="null"/>: what they are in.</param>
/// <param name="pull">Gets a model that is not there; <see langword="null"/>: it is an error.</param>
/// <param name="progress">Told what happens.</param>
internal sealed class ModelCreation(ModelStore store, Modelfile modelfile, CreateOptions options, QuantizationOptions? quantization, Func<string, Task>? pull, IProgress<StoreProgress>? progress)
{
    private readonly StoreRoot _root = store.Own.Root;
    private readonly BlobStore _blobs = new(store.Own.Root);
    private readonly RecipePaths _paths = new(new BlobStore(store.Own.Root), options);
    private readonly SourceImport _import = new(store.Own.Root, quantization, progress);
    private readonly List<ManifestLayer> _layers = [];
    private ModelConfig _config = new();
    private ModelParameters _parameters = ModelParameters.None;

    /// <summary>The digests of the files that the weights were pulled in; <see langword="null"/>: they were not, or in one.</summary>
    public IReadOnlyList<string>? SplitParts { get; init; }

    /// <summary>Adds all blobs. The caller holds the store's lock until it has written the manifest.</summary>
    /// <exception cref="LocalInferenceException">Something that it names is missing, or is not what it should be.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<ModelManifest> BuildAsync(CancellationToken cancellationToken)
    {
        foreach (string source in modelfile.ValuesOf(ModelfileKeyword.From))
        {
            await AddSourceAsync(source, cancellationToken).ConfigureAwait(false);
        }

        if (!_layers.Exists(static layer => layer.MediaType == MediaTypes.Model))
        {
            throw ExceptionFactory.ModelfileInvalid(line: null, "no FROM names a model", "a line FROM with the name of a model or the path of a GGUF file of one");
        }

        await AddAdaptersAsync(cancellationToken).ConfigureAwait(false);
        await AddDraftAsync(cancellationToken).ConfigureAwait(false);
        AddTexts();
        AddParameters();
        _config = _config with
        {
            Renderer = modelfile.LastOf(ModelfileKeyword.Renderer) ?? _config.Renderer,
            Parser = modelfile.LastOf(ModelfileKeyword.Parser) ?? _config.Parser,
            Requires = modelfile.LastOf(ModelfileKeyword.Requires)?.TrimStart('v') ?? _config.Requires,
            SplitParts = SplitParts,
            Rootfs = new ConfigRootFs("layers", [.. _layers.Select(static layer => layer.Digest.ToString())]),
        };
        byte[] config = JsonSerializer.SerializeToUtf8Bytes(_config, LayerJson.Default.ModelConfig);
        return new ModelManifest { Config = Report(_blobs.Add(config, MediaTypes.Config)), Layers = _layers };
    }

    private async Task AddSourceAsync(string source, CancellationToken cancellationToken)
    {
        if (_paths.FindBlobFolder(source) is { } uploaded)
        {
            AddModel(await _import.AddFolderAsync(uploaded, cancellationToken).ConfigureAwait(false));
            return;
        }

        if (_paths.Find(source) is { } path)
        {
            await AddPathAsync(path, cancellationToken).ConfigureAwait(false);
            return;
        }

        IndexedModel entry = await FindCompleteAsync(source).ConfigureAwait(false);
        _config = entry.Config;
        _parameters = entry.Parameters;
        foreach (ManifestLayer layer in entry.Manifest.Layers.Where(static layer => layer.MediaType != MediaTypes.Parameters))
        {
            if (layer.MediaType == MediaTypes.Model && _import.FindToQuantize(entry.Root.BlobPath(layer.Digest)) is { } weights)
            {
                await AddFileAsync(weights, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!_root.Holds(layer))
            {
                await _blobs.CopyAsync(entry, layer, cancellationToken).ConfigureAwait(false);
            }

            _layers.Add(Report(layer with { From = layer.From ?? entry.Name.ToString() }));
        }
    }

    private async Task AddPathAsync(string path, CancellationToken cancellationToken)
    {
        SourceFolder folder = new(path);
        if (SafetensorsSet.IsIn(folder))
        {
            AddModel(await _import.AddFolderAsync(folder, cancellationToken).ConfigureAwait(false));
            return;
        }

        foreach (SourceFile file in SourceFile.Find(path))
        {
            await AddFileAsync(file, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AddFileAsync(SourceFile file, CancellationToken cancellationToken)
    {
        progress?.Report(new StoreProgress("parsing GGUF"));
        switch (file.MediaType)
        {
            case MediaTypes.Adapter:
                throw ExceptionFactory.StoreFailed($"'{file.Path}' cannot be made a model", "it is an adapter", "Name it in a line ADAPTER, and its model in the line FROM.", value: file.Path);
            case MediaTypes.Model:
                AddModel(await _import.AddWeightsAsync(file, cancellationToken).ConfigureAwait(false));
                break;
            default:
                _layers.Add(Report(await _import.AddAsync(file, cancellationToken).ConfigureAwait(false)));
                break;
        }
    }

    private void AddModel((ManifestLayer Layer, GgufModelDescription Facts) model)
    {
        _layers.Add(Report(model.Layer));
        _config = _config with
        {
            ModelFormat = "gguf",
            ModelFamily = model.Facts.Architecture,
            ModelFamilies = model.Facts.Architecture is { } family ? [family] : null,
            ModelType = ParameterCount.Format(model.Facts.ParameterCount),
            FileType = FileTypeName.Of(model.Facts.FileType),
        };
    }

    private async Task AddAdaptersAsync(CancellationToken cancellationToken)
    {
        foreach (string value in modelfile.ValuesOf(ModelfileKeyword.Adapter))
        {
            SourceFolder? sent = _paths.FindBlobFolder(value);
            SourceFolder folder = sent ?? new SourceFolder(_paths.Get(value));
            if (sent is not null || PeftConfig.IsIn(folder))
            {
                string model = _root.BlobPath(_layers.First(static layer => layer.MediaType == MediaTypes.Model).Digest);
                _layers.Add(Report(await _import.AddAdapterAsync(folder, model, cancellationToken).ConfigureAwait(false)));
                continue;
            }

            foreach (SourceFile file in SourceFile.Find(_paths.Get(value)))
            {
                if (file.MediaType != MediaTypes.Adapter)
                {
                    throw ExceptionFactory.StoreFailed($"'{file.Path}' is no adapter", "its metadata does not say that it is", "Name the GGUF file of a LoRA adapter, or the folder that PEFT saved one in.", value: file.Path);
                }

                _layers.Add(Report(await _import.AddAsync(file, cancellationToken).ConfigureAwait(false)));
            }
        }
    }

    private async Task AddDraftAsync(CancellationToken cancellationToken)
    {
        if (modelfile.LastOf(ModelfileKeyword.Draft) is { } value)
        {
            string path = _paths.Find(value) ?? ModelLocator.WeightsPath(await FindCompleteAsync(value).ConfigureAwait(false));
            SourceFile file = SourceFile.Open(path) with { MediaType = MediaTypes.Draft };
            Replace(MediaTypes.Draft, await _import.AddAsync(file, cancellationToken).ConfigureAwait(false));
            _config = _config with { Draft = new ConfigDraft { ModelFormat = "gguf", Architecture = file.Facts.Architecture } };
        }
    }

    private void AddTexts()
    {
        ReplaceText(MediaTypes.Template, modelfile.LastOf(ModelfileKeyword.Template));
        ReplaceText(MediaTypes.System, modelfile.LastOf(ModelfileKeyword.System));
        foreach (string license in modelfile.ValuesOf(ModelfileKeyword.License).Where(static text => text.Length > 0))
        {
            _layers.Add(Report(_blobs.Add(Encoding.UTF8.GetBytes(license), MediaTypes.License)));
        }

        LayerMessage[] messages = [.. modelfile.Instructions.Where(static i => i.Keyword == ModelfileKeyword.Message).Select(static i => new LayerMessage(i.Name!, i.Value))];
        if (messages.Length > 0)
        {
            Replace(MediaTypes.Messages, _blobs.Add(JsonSerializer.SerializeToUtf8Bytes(messages, LayerJson.Default.IReadOnlyListLayerMessage), MediaTypes.Messages));
        }
    }

    private void AddParameters()
    {
        ModelParameters parameters = ModelParameters.Of(modelfile.Instructions).Over(_parameters);
        if (!parameters.IsEmpty)
        {
            _layers.Add(Report(_blobs.Add(parameters.ToJson(), MediaTypes.Parameters)));
        }
    }

    private void ReplaceText(string mediaType, string? text)
    {
        if (text is { Length: > 0 })
        {
            Replace(mediaType, _blobs.Add(Encoding.UTF8.GetBytes(text), mediaType));
        }
        else if (text is not null)
        {
            _layers.RemoveAll(layer => layer.MediaType == mediaType);
        }
    }

    private void Replace(string mediaType, ManifestLayer layer)
    {
        _layers.RemoveAll(other => other.MediaType == mediaType);
        _layers.Add(Report(layer));
    }

    private ManifestLayer Report(ManifestLayer layer)
    {
        progress?.Report(new StoreProgress($"{(layer.From is null ? "creating new" : "using existing")} layer {layer.Digest}"));
        return layer;
    }

    private async Task<IndexedModel> FindCompleteAsync(string source)
    {
        if (!ModelName.TryParse(source, out ModelName? name))
        {
            throw ExceptionFactory.ModelNotFound(source);
        }

        // What looks like a file is one that is not there.
        if (store.FindEntry(name) is null && pull is not null && !source.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            await pull(source).ConfigureAwait(false);
        }

        IndexedModel entry = store.FindEntry(name) ?? throw ExceptionFactory.ModelUnknown(source, [.. store.List().Select(static model => model.Name)]);
        entry.RequireComplete();
        return entry;
    }
}
