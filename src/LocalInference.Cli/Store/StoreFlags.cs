using System.CommandLine;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary>Which store a command works on.</summary>
internal sealed class StoreFlags
{
    private readonly Option<string?> _models = new("--models") { Description = "Folder of the models, with which no server is asked. Default: LOCALINFERENCE_MODELS, else OLLAMA_MODELS, else ~/.localinference/models.", HelpName = "FOLDER" };

    public void AddTo(Command command) => command.Add(_models);

    public ModelStore Open(ParseResult result) => ModelStore.Open(new ModelStoreOptions { Directory = result.GetValue(_models) });

    /// <summary>
    /// What a command does to models is done by the server that has them, if one of ours runs where OLLAMA_HOST says and no folder is named;
    /// else in this process.
    /// </summary>
    public async Task<OpenedStore> OpenAsync(ParseResult result, CliServices services, CancellationToken cancellationToken)
    {
        if (result.GetValue(_models) is null && await RunningServer.FindOursAsync(services.Variable, services.Terminal.Error, cancellationToken).ConfigureAwait(false) is { } server)
        {
            return new OpenedStore(new RemoteModelStore(server), server);
        }

        return OpenHere(result);
    }

    /// <summary>The folder, for what no server can be asked for.</summary>
    public OpenedStore OpenHere(ParseResult result)
    {
        ModelStore store = Open(result);
        return new OpenedStore(store, store);
    }
}
