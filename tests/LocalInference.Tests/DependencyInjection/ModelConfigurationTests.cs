using System.Globalization;
using System.Reflection;
using LocalInference.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalInference.Tests.DependencyInjection;

public sealed class ModelConfigurationTests
{
    /// <summary>A setting that is added to the options and not read from a configuration is found here.</summary>
    [Fact]
    public async Task Every_setting_can_be_configured()
    {
        PropertyInfo[] options = [.. Settings(typeof(LocalModelOptions)).Where(static option => option.PropertyType != typeof(ILoggerFactory) && option.Name != nameof(LocalModelOptions.Adapters))];
        PropertyInfo[] sampling = [.. Settings(typeof(SamplingOverrides)).Where(static option => option.Name != nameof(SamplingOverrides.LogitBias))];

        // How long a model is kept is said of each.
        PropertyInfo[] host = [.. Settings(typeof(ModelHostOptions)).Where(static option => option.Name is not (nameof(ModelHostOptions.KeepAlive) or nameof(ModelHostOptions.TimeProvider) or nameof(ModelHostOptions.LoggerFactory)))];
        List<KeyValuePair<string, string?>> configuration =
        [
            .. host.SelectMany(static option => Lines(option.Name, option, new ModelHostOptions())),
            KeyValuePair.Create("Models:m:Path", (string?)"m.gguf"),
            KeyValuePair.Create("Models:m:Adapters:0:Path", (string?)"tone.gguf"),
            KeyValuePair.Create("Models:m:Adapters:0:Scale", (string?)"0.5"),
            .. options.SelectMany(static option => Lines($"Models:m:{option.Name}", option, new LocalModelOptions())),
            .. sampling.SelectMany(static option => Lines($"Models:m:Sampling:{option.Name}", option, SamplingOverrides.None)),
        ];
        var services = new ServiceCollection();
        services.AddLocalInference(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build());
        await using ServiceProvider provider = services.BuildServiceProvider();

        ModelLocation model = (await provider.GetRequiredService<LocalModels>().FindAsync("m", CancellationToken.None))!;

        Assert.All(options, option => Assert.Equal(Other(option, new LocalModelOptions()), Text(option.GetValue(model.Options))));
        ModelHostOptions kept = provider.GetRequiredService<ModelRegistry>().Host;
        Assert.NotEmpty(host);
        Assert.All(host, option => Assert.Equal(Other(option, new ModelHostOptions()), Text(option.GetValue(kept))));
        Assert.All(sampling, option => Assert.Equal(Other(option, SamplingOverrides.None), Text(option.GetValue(model.Sampling))));
        Assert.Equal(("tone", 0.5f), (Assert.Single(model.Options.Adapters).EffectiveName, model.Options.Adapters[0].Scale));
    }

    private static IEnumerable<PropertyInfo> Settings(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.SetMethod is not null);

    private static string Other(PropertyInfo option, object defaults)
    {
        Type type = Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType;
        return type.IsEnum ? Enum.GetNames(type)[^1]
            : type == typeof(bool) ? (option.GetValue(defaults) is not true).ToString()
            : type == typeof(float) ? "0.125"
            : type == typeof(TimeSpan) ? "02:03:04"
            : type == typeof(string) ? "text"
            : type.IsPrimitive ? "123"
            : "list";
    }

    private static string? Text(object? value) => value switch
    {
        IReadOnlyList<float> numbers => numbers is [0.125f] ? "list" : null,
        IReadOnlyList<string> texts => texts is ["text"] ? "list" : null,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };

    private static IEnumerable<KeyValuePair<string, string?>> Lines(string name, PropertyInfo option, object defaults) =>
        [option.PropertyType == typeof(IReadOnlyList<float>) ? new($"{name}:0", "0.125") : option.PropertyType == typeof(IReadOnlyList<string>) ? new($"{name}:0", "text") : new(name, Other(option, defaults))];
}
