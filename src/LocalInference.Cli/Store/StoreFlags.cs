using System.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary>Which store a command works on.</summary>
internal sealed class StoreFlags
{
    private readonly Option<string?> _models = new("--models") { Description = "Folder of the models. Default: LOCALINFERENCE_MODELS, else OLLAMA_MODELS, else ~/.localinference/models.", HelpName = "FOLDER" };

    public void AddTo(Command command) => command.Add(_models);

    public ModelStore Open(ParseResult result) => ModelStore.Open(new ModelStoreOptions { Directory = result.GetValue(_models) });
}
