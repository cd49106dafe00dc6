using LocalInference.Abstractions;

namespace LocalInference.Testing;

/// <summary>One thing that an answer does: an event, a wait or a failure.</summary>
internal sealed record ScriptedStep(GenerationEvent? Event = null, TimeSpan Delay = default, Exception? Failure = null);
