using System.Diagnostics;
using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>What requests of every kind tell in the same way: whose they were, and why they ended without an answer.</summary>
internal static class RequestEnd
{
    /// <summary>What every number of a request is told with.</summary>
    /// <param name="operation">What was asked for, in the words of the conventions.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="error">Why it failed; <see langword="null"/>: it did not.</param>
    public static TagList Tags(string operation, string? model, string? error = null)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", operation },
            { "gen_ai.provider.name", GenerationTelemetry.ProviderName },
            { "gen_ai.request.model", model },
        };
        if (error is not null)
        {
            tags.Add("error.type", error);
        }

        return tags;
    }

    /// <summary>Tells of a failure: in the request's activity, the metrics, and the log, where only what is broken here is a warning.</summary>
    public static void Fail(Exception e, TimeSpan elapsed, Activity? activity, ILogger log, string operation, string? model)
    {
        string kind = e is LocalInferenceException error ? error.Code : e.GetType().FullName!;
        GenerationTelemetry.RecordDuration(elapsed.TotalSeconds, Tags(operation, model, kind));
        activity?.SetTag("error.type", kind);
        activity?.SetStatus(ActivityStatusCode.Error);
        if (e is OperationCanceledException)
        {
            GeneratorLog.Cancelled(log, operation, model, elapsed.TotalMilliseconds);
        }
        else if (IsRefusal(e))
        {
            GeneratorLog.Refused(log, operation, model, kind);
        }
        else
        {
            GeneratorLog.Failed(log, operation, model, kind, e);
        }
    }

    // An error that the caller is told of and can mend, or come again: nothing here is broken.
    private static bool IsRefusal(Exception e) =>
        e is ContextLengthException or AdapterException or ModelNotFoundException or BusyException or GenerationException { Code: not "logits_invalid" };
}
