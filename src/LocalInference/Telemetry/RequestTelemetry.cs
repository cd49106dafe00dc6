using System.Diagnostics;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>What is told of one request. Used by the reader of its answer.</summary>
internal sealed class RequestTelemetry(GenerationTelemetry telemetry, Activity? activity, string operation, string? model) : IDisposable
{
    private readonly long _begun = telemetry.Time.GetTimestamp();
    private bool _isOver;
    private bool _hasToken;

    private TimeSpan Elapsed => telemetry.Time.GetElapsedTime(_begun);

    public void Observe(GenerationEvent e)
    {
        if (e is GenerationStarted started)
        {
            activity?.SetTag("gen_ai.response.id", started.ResponseId);
            activity?.SetTag("gen_ai.response.model", started.Model);
        }
        else if (!_hasToken && e is not PromptProgressed)
        {
            _hasToken = true;
            GenerationTelemetry.RecordFirstToken(Elapsed.TotalSeconds, Tags());
            activity?.SetTag("gen_ai.response.time_to_first_chunk", Elapsed.TotalSeconds);
        }
    }

    /// <summary>Tells of the end and adds what only is known here.</summary>
    public GenerationEnded End(GenerationEnded ended)
    {
        _isOver = true;
        GenerationUsage usage = ended.Usage with { TotalDuration = Elapsed };
        GenerationTelemetry.RecordDuration(usage.TotalDuration.TotalSeconds, Tags());
        GenerationTelemetry.RecordTokens(usage, Tags());
        activity?.SetTag("gen_ai.response.finish_reasons", new[] { Word(ended.FinishReason) });
        activity?.SetTag("gen_ai.usage.input_tokens", usage.PromptTokens);
        activity?.SetTag("gen_ai.usage.output_tokens", usage.GeneratedTokens);
        activity?.SetTag("gen_ai.usage.cache_read.input_tokens", usage.CachedPromptTokens);
        activity?.SetTag("gen_ai.usage.reasoning.output_tokens", usage.ReasoningTokens);
        GeneratorLog.Completed(telemetry.Log, operation, model, usage.PromptTokens, usage.CachedPromptTokens, usage.GeneratedTokens, usage.TotalDuration.TotalMilliseconds, ended.FinishReason);
        return ended with { Usage = usage };
    }

    public void Fail(Exception e)
    {
        _isOver = true;
        RequestEnd.Fail(e, Elapsed, activity, telemetry.Log, operation, model);
    }

    /// <summary>A reader that left the answer before its end has cancelled it.</summary>
    public void Dispose()
    {
        if (!_isOver)
        {
            GenerationTelemetry.RecordDuration(Elapsed.TotalSeconds, Tags("abandoned"));
            activity?.SetTag("error.type", "abandoned");
            GeneratorLog.Cancelled(telemetry.Log, operation, model, Elapsed.TotalMilliseconds);
        }

        activity?.Dispose();
    }

    private TagList Tags(string? error = null) => RequestEnd.Tags(operation, model, error);

    // The words of the conventions.
    private static string Word(FinishReason reason) => reason switch
    {
        FinishReason.MaxTokens or FinishReason.ContextFull => "length",
        FinishReason.ToolCalls => "tool_calls",
        FinishReason.ContentFilter => "content_filter",
        _ => "stop",
    };
}
