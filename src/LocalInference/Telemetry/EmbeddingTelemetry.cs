using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>What is told of one request for vectors or scores. Begins with its making.</summary>
internal sealed class EmbeddingTelemetry : IDisposable
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly Activity? _activity;
    private readonly ILogger _log;
    private readonly string _operation;
    private readonly string _model;

    /// <param name="log">Where it is logged.</param>
    /// <param name="operation">What is asked for.</param>
    /// <param name="model">The model's name.</param>
    public EmbeddingTelemetry(ILogger log, string operation, string model)
    {
        (_log, _operation, _model) = (log, operation, model);
        _activity = LocalInferenceTelemetry.Source.StartActivity($"{operation} {model}", ActivityKind.Internal);
        _activity?.SetTag("gen_ai.operation.name", operation);
        _activity?.SetTag("gen_ai.provider.name", GenerationTelemetry.ProviderName);
        _activity?.SetTag("gen_ai.request.model", model);
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begun);

    /// <summary>Tells how long the vectors shall be.</summary>
    public void Asks(int? dimensions) => _activity?.SetTag("gen_ai.embeddings.dimension.count", dimensions);

    public void End(int texts, long tokens)
    {
        TagList tags = RequestEnd.Tags(_operation, _model);
        GenerationTelemetry.RecordDuration(Elapsed.TotalSeconds, tags);
        GenerationTelemetry.Count(tokens, "input", tags);
        _activity?.SetTag("gen_ai.response.model", _model);
        _activity?.SetTag("gen_ai.usage.input_tokens", tokens);
        GeneratorLog.Embedded(_log, _operation, _model, texts, tokens, Elapsed.TotalMilliseconds);
    }

    public void Fail(Exception e) => RequestEnd.Fail(e, Elapsed, _activity, _log, _operation, _model);

    public void Dispose() => _activity?.Dispose();
}
