using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>What is told of one request to a provider, tries included: a span and the client's histograms. Used by the reader of its answer.</summary>
internal sealed class RemoteRequestTelemetry : IDisposable
{
    private static readonly Histogram<double> s_duration = ProvidersTelemetry.Meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s", "Time from the request to the end of its answer.");
    private static readonly Histogram<long> s_tokens = ProvidersTelemetry.Meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}", "Tokens of prompts and answers.");

    private readonly ProviderOptions _options;
    private readonly ModelSeries _series;
    private readonly Activity? _activity;
    private readonly string _operation;
    private readonly string _model;
    private readonly long _begun;
    private string? _error = "abandoned";

    public RemoteRequestTelemetry(ProviderOptions options, ModelSeries series, string operation, string model)
    {
        _options = options;
        _series = series;
        _operation = operation;
        _model = model;
        _begun = options.TimeProvider.GetTimestamp();
        _activity = ProvidersTelemetry.Source.HasListeners() ? ProvidersTelemetry.Source.StartActivity($"{operation} {model}", ActivityKind.Client) : null;
        _activity?.SetTag("gen_ai.operation.name", operation);
        _activity?.SetTag("gen_ai.provider.name", options.TelemetryName);
        _activity?.SetTag("gen_ai.request.model", model);
        _activity?.SetTag("server.address", options.BaseAddress.Host);
        _activity?.SetTag("server.port", options.BaseAddress.Port);
    }

    public void Started(GenerationStarted started)
    {
        _series.Answered(_model);
        _activity?.SetTag("gen_ai.response.id", started.ResponseId);
        _activity?.SetTag("gen_ai.response.model", started.Model);
    }

    public void Ended(long inputTokens, long outputTokens)
    {
        _error = null;
        _series.Answered(_model);
        _activity?.SetTag("gen_ai.usage.input_tokens", inputTokens);
        _activity?.SetTag("gen_ai.usage.output_tokens", outputTokens);
        Record(inputTokens, "input");
        Record(outputTokens, "output");
    }

    public void Failed(Exception e) => _error = e is LocalInferenceException error ? error.Code : e.GetType().Name;

    public void Dispose()
    {
        TagList tags = Tags();
        if (_error is not null)
        {
            tags.Add("error.type", _error);
            _activity?.SetTag("error.type", _error);
            _activity?.SetStatus(ActivityStatusCode.Error);
        }

        s_duration.Record(_options.TimeProvider.GetElapsedTime(_begun).TotalSeconds, tags);
        _activity?.Dispose();
    }

    private void Record(long tokens, string type)
    {
        TagList tags = Tags();
        tags.Add("gen_ai.token.type", type);
        s_tokens.Record(tokens, tags);
    }

    // A span is gone when it is sent, so it has the name as it was asked for.
    private TagList Tags() => new()
    {
        { "gen_ai.operation.name", _operation },
        { "gen_ai.provider.name", _options.TelemetryName },
        { "gen_ai.request.model", _series.Of(_model) },
    };
}
