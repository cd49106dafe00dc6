using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// The models of one endpoint. Requests name them as the provider does, without its own name before them. Requests that fail before the
/// first of their answer are sent again as <see cref="ResilienceOptions"/> say; what fails later is thrown out of the answer, of which
/// nothing is lost or repeated. Safe for concurrent use; dispose it when no requests are under way any more.
/// <para>
/// What the provider has no field for is refused before anything is sent, with the option's name (<see cref="GenerationException"/>,
/// <c>option_unsupported</c>). Passed over are <c>Priority</c>, <c>Caller</c> and, but for Ollama, <c>KeepAlive</c>, which say how an engine
/// on this machine treats a request.
/// </para>
/// </summary>
public sealed class RemoteProvider : IDisposable
{
    private readonly ProviderEndpoint _endpoint;

    /// <summary>Makes a provider. Nothing is sent until the first request.</summary>
    /// <param name="options">Where it is and how to treat it.</param>
    /// <exception cref="GenerationException">Something in the options is wrong; the message names all of it (<c>configuration_invalid</c>).</exception>
    public RemoteProvider(ProviderOptions options)
        : this(options, [])
    {
    }

    /// <summary>Makes a provider of whose models others are written down than its options say.</summary>
    /// <param name="options">Where it is and how to treat it.</param>
    /// <param name="named">Names of those, as it calls them itself.</param>
    internal RemoteProvider(ProviderOptions options, IEnumerable<string> named)
    {
        ArgumentNullException.ThrowIfNull(options);
        ConfigurationFaults.Throw(options.Faults());
        Options = options;
        WireProtocol protocol = WireProtocol.Of(options);
        _endpoint = new ProviderEndpoint(options, protocol);
        string[] standard = options.DefaultModel is { } model ? [model] : [];
        var series = new ModelSeries([.. options.Models.Select(static known => known.Name), .. standard, .. named]);
        Generator = new RemoteTextGenerator(options, protocol, _endpoint, series);
        Embedder = new RemoteEmbedder(options, protocol, _endpoint, series);
        Batches = new RemoteBatchClient(options, protocol.Batches, _endpoint);
    }

    /// <summary>Where it is and how it is treated.</summary>
    public ProviderOptions Options { get; }

    /// <summary>Its models that generate text. An <c>IChatClient</c> over them comes from <c>AsIChatClient()</c>.</summary>
    public ITextGenerator Generator { get; }

    /// <summary>Its models that embed. Anthropic has none: requests are refused.</summary>
    public IEmbedder Embedder { get; }

    /// <summary>Its batches. Only OpenAI, servers that follow it, and Anthropic have them: other providers refuse.</summary>
    public IBatchClient Batches { get; }

    /// <summary>Whether requests are sent to it at present.</summary>
    public ProviderHealth Health => _endpoint.Health;

    internal LimitGate Gate => _endpoint.Gate;

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _endpoint.Dispose();
}
