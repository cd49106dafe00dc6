using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>How local models answer requests. Immutable.</summary>
public sealed record LocalTextGeneratorOptions
{
    /// <summary>The defaults.</summary>
    public static LocalTextGeneratorOptions Default { get; } = new();

    /// <summary>
    /// The name that the model answers to; <see langword="null"/>: the file's, without its extension. Not used by
    /// <c>AddLocalInference</c>, where models have names already.
    /// </summary>
    public string? ModelName { get; init; }

    /// <summary>What holds where a request says nothing. Default: Ollama's settings.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Default;

    /// <summary>
    /// How arguments and results of functions in a conversation become JSON. Only types that these options know can be written, so an
    /// application that is compiled ahead of time gives its own. Default: those of Microsoft.Extensions.AI.
    /// </summary>
    public JsonSerializerOptions JsonSerializerOptions { get; init; } = AIJsonUtilities.DefaultOptions;

    /// <summary>The clock of answers. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives what is logged of requests; never prompts or answers. Default: nothing is logged.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
