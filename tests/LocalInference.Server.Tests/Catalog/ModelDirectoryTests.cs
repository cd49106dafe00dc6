using LocalInference.Abstractions;
using LocalInference.Server.Catalog;

namespace LocalInference.Server.Tests.Catalog;

public sealed class ModelDirectoryTests
{
    [Fact]
    public async Task What_the_list_names_is_read_once()
    {
        var catalog = new OpenCatalog();
        var models = new ModelDirectory(catalog, store: null);

        await models.FindAsync("listed", CancellationToken.None);
        await models.FindAsync("LISTED:latest", CancellationToken.None);

        Assert.Equal(1, catalog.Reads);
    }

    [Fact]
    public async Task Nothing_is_kept_of_names_that_clients_invent()
    {
        var catalog = new OpenCatalog();
        var models = new ModelDirectory(catalog, store: null);

        ModelDescription? first = await models.FindAsync("cloud/invented", CancellationToken.None);
        catalog.Capabilities = ModelCapabilities.Embedding;
        ModelDescription? second = await models.FindAsync("cloud/invented", CancellationToken.None);

        Assert.Equal((ModelCapabilities.Chat, ModelCapabilities.Embedding), (first?.Capabilities, second?.Capabilities));
        Assert.Equal("cloud/invented", await models.NameOfAsync("cloud/invented", CancellationToken.None));
        Assert.Null(await models.FindAsync("nowhere", CancellationToken.None));
    }

    // As one with a provider elsewhere, any of whose models it takes to be there.
    private sealed class OpenCatalog : IModelCatalog
    {
        public ModelCapabilities Capabilities { get; set; } = ModelCapabilities.Chat;

        public int Reads { get; private set; }

        public ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default) => new([Describe("listed")]);

        public ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default)
        {
            Reads++;
            return new(model == "listed" || model.StartsWith("cloud/", StringComparison.Ordinal) ? Describe(model) : null);
        }

        private ModelDescription Describe(string name) => new() { Name = name, ProviderName = "fake", Capabilities = Capabilities };
    }
}
